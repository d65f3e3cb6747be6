"""What goes wrong, as the C++ library names it. src/errors.cpp has the table between the two."""

import builtins

__all__ = [
    "Error", "ConflictError", "NotFoundError", "TypeError", "SchemaError", "CorruptionError",
    "StorageError", "SnapshotTooOldError", "CancelledError", "UsageError",
]  # fmt: skip


class Error(Exception):
    """The root of all that Vitrine raises on purpose."""

    def __str__(self):
        return str(self.args[0]) if len(self.args) == 1 else super().__str__()


class ConflictError(Error):
    """Another commit changed what this transaction read or wrote: run it again.

    `@store.transact` and `store.run()` do that.
    """

    version = 0  #: the commit that won
    object = None  #: the number of the object that both changed, when it was an object
    tree = None  #: the number of the tree in which they met, when it was a key of one
    key = ""  #: that key as messages show it, or the name of a root


class NotFoundError(Error, KeyError):
    """What was asked for is not there: an erased or null reference, an absent key or root."""


class TypeError(Error, builtins.TypeError):
    """The object, tree or argument is there, but of another type than the one wanted."""


class SchemaError(Error):
    """The program's struct does not fit the one stored in the file. The message names the field."""


class CorruptionError(Error):
    """Stored bytes are damaged or missing. Raised instead of giving wrong data."""

    object = None  #: the number of the damaged object, when it is one
    version = 0  #: the version of the damaged row; 0 when that is not known


class StorageError(Error):
    """The file or the disk failed: what the system said, and of which file."""


class SnapshotTooOldError(Error):
    """The version asked for is no longer kept."""


class CancelledError(Error):
    """A progress function said stop."""


class UsageError(Error, ValueError):
    """The caller's mistake: a transaction that ended, a key too long, an integer that does not fit."""
