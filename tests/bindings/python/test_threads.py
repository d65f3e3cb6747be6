"""Threads: snapshots and objects are shared, and the engine works without the GIL."""

import threading
import time

import pytest
import vitrine


def together(*functions):
    failures = []

    def guarded(function):
        try:
            function()
        except BaseException as failure:
            failures.append(failure)

    crew = [threading.Thread(target=guarded, args=(function,)) for function in functions]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join(120)
    assert not any(thread.is_alive() for thread in crew)
    if failures:
        raise failures[0]


def test_readers_of_one_tree_see_it_whole_while_the_cache_is_trimmed(path):
    """The race that began it all: buckets that others load must never look empty."""
    keys = range(5000)
    with vitrine.open(path, cache_bytes=1 << 16, durability="deferred") as store:
        store.run(lambda tx: tx.tree("t", int, int).update((key, 2 * key) for key in keys))
        tree = store.snapshot().tree("t")
        end = time.monotonic() + 1
        rounds = []

        def scan():
            while time.monotonic() < end:
                assert list(tree.items()) == [(key, 2 * key) for key in keys]
                rounds.append(1)

        def look():
            while time.monotonic() < end:
                for key in range(0, 5000, 7):
                    assert tree.get(key) == 2 * key

        def trim():
            while time.monotonic() < end:
                store.trim_cache()
                time.sleep(0)

        def write():
            while time.monotonic() < end:
                store.run(lambda tx: tx.tree("t").add(5, 1))

        together(scan, scan, look, trim, write)
        assert len(rounds) > 2 and tree[5] == 10 and store.snapshot().tree("t")[5] > 10


def test_objects_are_shared_and_outlive_everything(store, schema):
    ref = store.run(lambda tx: tx.create(schema.Book, title="Emma", prices=[1.0] * 100))
    book = store.snapshot()[ref]
    store.run(lambda tx: tx.erase(ref))

    def read():
        for _ in range(2000):
            assert book.title == "Emma" and sum(book.prices) == 100

    together(read, read, read)


def test_the_engine_scans_without_the_gil(store, numbers):
    """Python goes on while a scan runs: ticks are counted during one that takes long."""
    with store.transaction() as tx:
        tree = tx.tree("large", int, int)
        for key in range(300_000):
            tree[key] = key
    tree = store.snapshot().tree("large")
    scanning, ticks = threading.Event(), 0
    done = threading.Event()

    def scan():
        scanning.set()
        for _ in range(200):
            tree.column()
        done.set()

    thread = threading.Thread(target=scan)
    thread.start()
    scanning.wait()
    while not done.is_set():
        ticks += 1
    thread.join()
    # With the GIL held for whole scans there would be one tick for each of them at most.
    assert ticks > 1000


def test_an_iterator_is_one_threads_at_a_time_and_says_so(store, numbers):
    """Whichever thread gets an entry: none is lost, none comes twice, or it is a UsageError."""
    iterator = iter(numbers)
    seen, refused = [], []

    def take():
        while True:
            try:
                seen.append(next(iterator))
            except StopIteration:
                return
            except vitrine.UsageError as error:
                refused.append(error)

    together(take, take, take)
    assert sorted(seen) == list(range(1000))


def test_closing_while_others_work_is_a_usage_error_for_them(path):
    store = vitrine.open(path, durability="deferred")
    store.run(lambda tx: tx.tree("t", int, int).put(1, 1))
    started = threading.Barrier(4)
    ended = []

    def work(call):
        started.wait()
        with pytest.raises(vitrine.UsageError):
            while True:
                call()
        ended.append(1)

    def close():
        started.wait()
        time.sleep(0.05)
        store.close()

    together(
        lambda: work(lambda: store.snapshot().tree("t")[1]),
        lambda: work(lambda: store.run(lambda tx: tx.tree("t").add(1, 1))),
        lambda: work(store.flush),
        close,
    )
    assert len(ended) == 3


def test_writers_side_by_side(path):
    with vitrine.open(path) as store:

        def write(name):
            for i in range(30):
                store.run(lambda tx: tx.tree(name, int, int).put(i, i))

        together(*(lambda name=name: write(name) for name in "abcd"))
        snapshot = store.snapshot()
        assert all(list(snapshot.tree(name)) == list(range(30)) for name in "abcd")
        assert store.stats().commits == 120
