"""vitrine.open(), and what stores do in Python: transactions with retries."""

import atexit
import datetime
import functools
import os
import weakref

from . import _vitrine
from .errors import ConflictError, Error, TypeError
from .schemas import Schema, load_schema, structs_in

Store = _vitrine.Store

_open_stores = weakref.WeakSet()


@atexit.register
def _close_all():
    # Before the interpreter ends, while threads may still be told that the store is closed.
    for store in list(_open_stores):
        try:
            store.close()
        except Error:
            pass  # nobody is left to be told; every commit that returned is on disk


def _retention(given):
    if given is None:
        return None
    if given in ("none", "forever"):
        return (given, 0)
    if isinstance(given, datetime.timedelta):
        return ("duration", max(0, given // datetime.timedelta(microseconds=1)))
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return ("commits", given)
    raise TypeError(f"{given!r} is no retention: 'none', 'forever', a number of commits or a timedelta")


def open(
    path,
    *,
    schema=None,
    create=True,
    read_only=False,
    check_structure=False,
    cache_bytes=256 << 20,
    durability="full",
    flush_interval=0.005,
    retention=None,
    log_bytes=None,
) -> Store:
    """Opens a store: a file, made when it is not there.

    schema           a Schema, or the path of a .capnp file: its structs are compared with the file's
    create           make the file when it does not exist
    read_only        transactions are refused
    check_structure  look at every page of the file first
    cache_bytes      budget for objects in memory
    durability       "full": a commit returns when it is on disk; "deferred": when it is visible
    flush_interval   deferred only: the longest that a commit waits for the disk, in seconds
    retention        how long old versions stay readable: "none", "forever", a number of commits, a
                     timedelta; None: as the file says
    log_bytes        the most that the commit log beside the file takes; 0: none
    """
    store = _vitrine.open_store(
        os.fspath(path),
        create=create,
        read_only=read_only,
        check_structure=check_structure,
        cache_bytes=cache_bytes,
        durability=durability,
        flush_interval=flush_interval,
        retention=_retention(retention),
        log_bytes=log_bytes,
    )
    _open_stores.add(store)
    try:
        if schema is not None:
            store.use(schema)
    except BaseException:
        store.close()
        raise
    return store


def use(self, schema):
    """Compares the structs of a schema (or one struct) with those of the file, and reads objects with
    them from now on. SchemaError when one does not fit. Using a struct does this by itself; after
    use(), `store.types` has it."""
    if isinstance(schema, _vitrine.StructType):
        self._use(schema)
        return
    if not isinstance(schema, Schema):
        schema = load_schema(schema)
    for struct in structs_in(schema):
        self._use(struct)


def types(self) -> Schema:
    """The structs that are stored in the file, as far as they are written, by name."""
    return Schema(**self._types())


def transaction(self, *, note="", isolation="serializable"):
    """A transaction: `with store.transaction() as tx:` commits at the end of the block, and raises
    ConflictError when another commit was faster. `note` is kept in the log of commits."""
    return self._begin(note, isolation, False)


def run(self, function, /, *args, note="", isolation="serializable", attempts=32, **kwargs):
    """Calls function(tx, …) in a transaction, commits, and returns what it returned. When the commit
    conflicts it is called again, up to `attempts` times: it should have no other effects. tx.abort()
    inside means no commit."""
    backoff = _vitrine.Backoff(attempts)
    while True:
        tx = self._begin(note, isolation, True)
        try:
            result = function(tx, *args, **kwargs)
        except BaseException:
            tx.abort()
            raise
        if not tx.active:
            return result
        try:
            tx._finish()
            return result
        except ConflictError:
            if not backoff.has_more:
                raise
        backoff.pause()


def transact(self, function=None, /, *, note="", isolation="serializable", attempts=32):
    """A decorator: calling the function runs it in a transaction, as run() does.

    @store.transact
    def deposit(tx, account, amount): …

    deposit(account, 5)
    """
    if function is None:
        return functools.partial(
            self.transact, note=note, isolation=isolation, attempts=attempts
        )

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        once = functools.partial(function, **kwargs) if kwargs else function
        return self.run(once, *args, note=note, isolation=isolation, attempts=attempts)

    return wrapper


def backup(self, path, progress=None):
    """Writes a copy of the newest version, and of the history that is kept, into a new file while work
    goes on. `progress(done, total)` is called now and then; returning False cancels."""
    return self._backup(os.fspath(path), progress)


for _method in (use, transaction, run, transact, backup):
    setattr(Store, _method.__name__, _method)
Store.types = property(types, doc=types.__doc__)
