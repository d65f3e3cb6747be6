"""What reports are made of: plain values, named as in the C++ library."""

import datetime
import typing

from ._vitrine import Ref


class CommitInfo(typing.NamedTuple):
    """One commit, as the log of commits has it."""

    version: int
    time: datetime.datetime
    note: str
    changed: list[Ref]
    """Objects that it made, changed or erased, and trees in which it changed a key. The names of
    roots are a tree as well: number 1."""


class ObjectVersion(typing.NamedTuple):
    """One version of an object that is still kept."""

    version: int
    time: datetime.datetime | None
    """Of the commit that wrote it; None when the log no longer has that commit."""
    note: str
    erased: bool


class UndoStep(typing.NamedTuple):
    """One object, or one key of a tree, that undoing a commit is about."""

    object: Ref
    key: str
    what: str
    version: int
    """For a conflict: the last commit that changed it."""


class UndoPlan(typing.NamedTuple):
    """What undoing a commit would change, and what stands in its way."""

    version: int
    changes: list[UndoStep]
    conflicts: list[UndoStep]

    @property
    def ok(self) -> bool:
        """Whether undo() would succeed, were nothing else committed meanwhile."""
        return not self.conflicts


class Fault(typing.NamedTuple):
    """Broken data that verify() found."""

    object: Ref | None
    version: int
    what: str
    path: str


class DanglingReference(typing.NamedTuple):
    """A stored reference to an object that is not there: the program's matter, and no damage."""

    object: Ref
    version: int
    path: str
    target: Ref


class VerifyReport(typing.NamedTuple):
    """What verify() saw."""

    faults: list[Fault]
    dangling_references: list[DanglingReference]
    unreachable: list[Ref]
    unreachable_objects: int
    objects: int
    trees: int
    entries: int
    nodes: int
    roots: int
    versions: int
    bytes: int
    kept: int
    commits: int

    @property
    def ok(self) -> bool:
        """No broken data. Dangling references and unreachable objects leave it true."""
        return not self.faults


class GcReport(typing.NamedTuple):
    """What a collection of garbage did. `duration` is in seconds."""

    snapshot: int
    objects_examined: int
    objects_reachable: int
    objects_erased: int
    trees_erased: int
    entries_erased: int
    bytes_freed: int
    commits: int
    peak_bytes: int
    duration: float


class BackupReport(typing.NamedTuple):
    """What a backup holds."""

    version: int
    oldest: int
    rows: int
    commits: int
    bytes: int


class Stats(typing.NamedTuple):
    """Counters of an open store since it was opened, and its sizes now. Ages are in seconds."""

    commits: int
    conflicts: int
    batches: int
    syncs: int
    cache_bytes: int
    cache_hits: int
    cache_misses: int
    evictions: int
    open_snapshots: int
    oldest_snapshot: int
    oldest_snapshot_age: float
    file_bytes: int
    free_bytes: int
    log_bytes: int
    objects_written: int
    bytes_written: int
