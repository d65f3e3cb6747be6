"""The kinds of keys and values that trees have, said with Python's types.

    int      i64 (also "i8" … "u64", as a text)      str    string
    float    double                                  bytes  bytes
    (str, int)                                       a tuple of these, as a key
    bool, None (a set), a struct, Ref[Book], TreeRef[str, int]      as values only
"""

import typing

from ._vitrine import StructType
from .errors import TypeError, UsageError

_PLAIN = {int: "i64", float: "double", str: "string", bytes: "bytes"}
_NAMES = {"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "double", "string", "bytes"}


class Kind(typing.NamedTuple):
    """A kind as the file names it, and the struct that has to fit the file, if there is one."""

    name: str
    struct: StructType | None = None

    def __repr__(self):
        return f"<kind {self.name}>"


def _plain(kind):
    name = _PLAIN.get(kind, kind) if isinstance(kind, (type, str)) else None
    if name not in _NAMES:
        raise TypeError(f"{kind!r} is no kind of key: int, float, str, bytes, a tuple of these, "
                        "or a name like 'u32'")  # fmt: skip
    return name


def key_kind(kind) -> str:
    """The name of a kind of keys: (str, int) -> "(string,i64)"."""
    if isinstance(kind, tuple):
        if not kind:
            raise UsageError("a key has at least one field")
        return "(" + ",".join(_plain(field) for field in kind) + ")"
    if isinstance(kind, str) and kind.startswith("("):
        return key_kind(tuple(kind[1:-1].split(",")))
    return _plain(kind)


def value_kind(kind) -> Kind:
    """A kind of values: Book -> "struct 0x…"."""
    if isinstance(kind, Kind):
        return kind
    if isinstance(kind, StructType):
        return Kind(f"struct 0x{kind.id:016x}", kind)
    if kind is None or kind == "unit":
        return Kind("unit")
    if kind is bool or kind == "bool":
        return Kind("bool")
    if isinstance(kind, str) and kind.startswith(("ref ", "tree ", "struct ")):
        return Kind(kind)
    return Kind(_plain(kind))


def ref_kind(target) -> Kind:
    """Ref[Book]."""
    if not isinstance(target, StructType):
        raise TypeError(f"Ref[…] takes a struct of a schema, not {target!r}")
    return Kind(f"ref 0x{target.id:016x}")


def tree_kind(kinds) -> Kind:
    """TreeRef[str, int]."""
    if not isinstance(kinds, tuple) or len(kinds) != 2:
        raise TypeError("TreeRef[…] takes the kinds of keys and values: TreeRef[str, int]")
    return Kind(f"tree {key_kind(kinds[0])} -> {value_kind(kinds[1]).name}")
