"""Vitrine: an embedded, transactional, multi-version object store.

    import vitrine

    with vitrine.open("library.vitrine", schema="library.capnp") as store:
        Book = vitrine.load_schema("library.capnp").Book
        with store.transaction() as tx:
            tx.tree("books", str, vitrine.Ref[Book])["Emma"] = tx.create(Book, title="Emma")
        snapshot = store.snapshot()
        print(snapshot[snapshot.tree("books")["Emma"]].title)

Snapshots, and all that is read from them, never change and may be used by any number of threads; the
engine works without the GIL.
"""

from . import errors, records
from ._vitrine import (
    Column,
    Editor,
    Entries,
    List,
    ListEditor,
    Object,
    Ref,
    Savepoint,
    Snapshot,
    Store,
    StructType,
    Transaction,
    Tree,
    TreeEditor,
    TreeRef,
)
from .errors import (
    CancelledError,
    ConflictError,
    CorruptionError,
    Error,
    NotFoundError,
    SchemaError,
    SnapshotTooOldError,
    StorageError,
    TypeError,
    UsageError,
)
from .opening import open
from .schemas import Schema, load_schema
from .trees import difference_of, intersection_of, union_of

__all__ = [
    "CancelledError", "Column", "ConflictError", "CorruptionError", "Editor", "Entries", "Error",
    "List", "ListEditor", "NotFoundError", "Object", "Ref", "Savepoint", "Schema", "SchemaError",
    "Snapshot", "SnapshotTooOldError", "StorageError", "Store", "StructType", "Transaction", "Tree",
    "TreeEditor", "TreeRef", "TypeError", "UsageError", "difference_of", "errors",
    "intersection_of", "load_schema", "open", "records", "union_of",
]  # fmt: skip
