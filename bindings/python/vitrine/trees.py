"""What trees do in Python: mappings, columns, merges."""

import collections.abc

from . import _vitrine
from .kinds import key_kind, value_kind

Tree, TreeEditor, Entries = _vitrine.Tree, _vitrine.TreeEditor, _vitrine.Entries

collections.abc.Mapping.register(Tree)
collections.abc.MutableMapping.register(TreeEditor)
collections.abc.Collection.register(Entries)
collections.abc.Sequence.register(_vitrine.List)
collections.abc.Sequence.register(_vitrine.ListEditor)

for _name in ("popitem", "setdefault", "update"):
    setattr(TreeEditor, _name, getattr(collections.abc.MutableMapping, _name))

_ABSENT = object()


def pop(self, key, default=_ABSENT):
    """Removes a key and returns its value; the default, if there is one, when it is absent."""
    value = self.get(key, _ABSENT)
    if value is not _ABSENT:
        del self[key]
        return value
    return self[key] if default is _ABSENT else default


TreeEditor.pop = pop


def _equal(self, other):
    if self is other:
        return True
    if not isinstance(other, collections.abc.Mapping):
        return NotImplemented
    return len(self) == len(other) and all(
        other.get(key, _ABSENT) == value for key, value in self.items()
    )


Tree.__eq__ = _equal
Tree.__hash__ = None


def _array(tree, column):
    try:
        import numpy
    except ImportError:
        view = memoryview(column)
    else:
        view = numpy.asarray(column)
    return view[::-1] if tree._backwards else view


def column(self, field=None):
    """The values as a NumPy array (a memoryview where there is no NumPy), in one call: numbers, or a
    field of structs or of the objects that the values refer to ("price", "place.height"). Made by the
    engine without an object for each, and without the GIL. Of a snapshot's tree only."""
    return _array(self, self._columns(False, (field,))[0])


def key_column(self):
    """The keys as an array. Of keys that are tuples: a tuple with an array for each field that is a
    number, and None for the others."""
    if self.key_kind.startswith("("):
        found = self._key_columns()
        return tuple(None if field is None else _array(self, field) for field in found)
    return _array(self, self._columns(True, ())[0])


def columns(self, *fields):
    """Keys and values as arrays: `days, prices = tree[a:b].columns("price")`. Without fields: the keys
    and the values themselves."""
    fields = fields or (None,)
    if self.key_kind.startswith("("):
        keys = self.key_column()
        return (keys, *(_array(self, found) for found in self._columns(False, fields)))
    return tuple(_array(self, found) for found in self._columns(True, fields))


for _method in (column, key_column, columns):
    setattr(Tree, _method.__name__, _method)


def union_of(a, b) -> Entries:
    """The entries of both trees in the order of keys; those of `a` where both have the key. Read as an
    iteration comes to them."""
    return _vitrine.merge_trees(a, b, "union")


def intersection_of(a, b) -> Entries:
    """The entries of `a` whose keys `b` has too."""
    return _vitrine.merge_trees(a, b, "intersection")


def difference_of(a, b) -> Entries:
    """The entries of `a` whose keys `b` has not."""
    return _vitrine.merge_trees(a, b, "difference")


def snapshot_tree(self, what, key=None, value=None) -> Tree:
    """A tree by the name of its root, or by its TreeRef. What its keys and values are is in the file;
    when it is said as well, another kind is a TypeError."""
    return self._tree(what, *_names(key, value)[:2])


def transaction_tree(self, what, key=None, value=None) -> TreeEditor:
    """A tree to change, by the name of its root or by its TreeRef. With the kinds of its keys and
    values, `tx.tree("ages", str, int)`, it comes into being when something is put into it."""
    return self._tree(what, *_names(key, value))


def create_tree(self, key, value) -> TreeEditor:
    """A new tree without a name: its `ref` is for a field of an object, a value of another tree, or
    set_root()."""
    return self._create_tree(*_names(key, value))


def _names(key, value):
    if key is None:
        return None, None, None
    kind = value_kind(value)
    return key_kind(key), kind.name, kind.struct


_vitrine.Snapshot.tree = snapshot_tree
_vitrine.Transaction.tree = transaction_tree
_vitrine.Transaction.create_tree = create_tree
