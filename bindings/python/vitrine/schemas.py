"""Schemas: .capnp files, read while the program runs."""

import os
import pathlib
import types

from . import _vitrine

_OWN = str(pathlib.Path(__file__).parent / "schemas")


class Schema(types.SimpleNamespace):
    """The structs of a .capnp file, and its enums as tuples of names, as attributes."""

    def __repr__(self):
        return f"<vitrine schema: {', '.join(sorted(vars(self)))}>"


def load_schema(file, imports=()) -> Schema:
    """The types in a .capnp file.

    What it imports by an absolute path is looked for in `imports`, /usr/local/include and
    /usr/include; "/vitrine/vitrine.capnp" is always found. Raises SchemaError for what does not
    compile.
    """
    folders = [os.fspath(folder) for folder in imports]
    return Schema(**_vitrine.load_schema(os.fspath(file), [*folders, _OWN]))


def structs_in(schema):
    """All structs of a schema, those within others too."""
    values = vars(schema).values() if isinstance(schema, Schema) else schema.nested.values()
    for value in values:
        if isinstance(value, _vitrine.StructType):
            yield value
            yield from structs_in(value)
