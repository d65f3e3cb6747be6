#!/usr/bin/env python3
"""How fast Python reads: loops, look-ups, columns and threads, beside BTrees.LOBTree where that is
installed (Debian: python3-btrees). No test: it prints figures.

usage: PYTHONPATH=<build>/bindings/python/package python3 tests/bindings/python/bench.py [ENTRIES]
"""

import hashlib
import pathlib
import random
import sys
import tempfile
import threading
import time

import numpy
import vitrine

try:
    from BTrees.LOBTree import LOBTree
except ImportError:
    LOBTree = None

ROUNDS = 7


def best(*functions, rounds=ROUNDS):
    """The shortest run of each, in seconds, taken in turn: what others do on the machine only adds."""
    times = [[] for _ in functions]
    for _ in range(rounds):
        for function, runs in zip(functions, times):
            begin = time.perf_counter()
            function()
            runs.append(time.perf_counter() - begin)
    return [min(runs) for runs in times]


def line(what, seconds, count, other=None):
    text = f"{what:34} {seconds / count * 1e9:8.1f} ns  {count / seconds / 1e6:8.2f} M/s"
    if other is not None:
        text += f"   LOBTree {other / count * 1e9:8.1f} ns   {other / seconds:5.2f} times as fast"
    print(text, flush=True)


def add_items(tree):
    total = 0
    for _, value in tree.items():
        total += value
    return total


def add_keys(tree):
    total = 0
    for key in tree:
        total += key
    return total


def look_up(tree, keys):
    get = tree.get
    for key in keys:
        get(key)


def compare(what, function, count, tree, other):
    trees = [tree] if other is None else [tree, other]
    times = best(*(lambda of=of: function(of) for of in trees))
    line(what, times[0], count, *times[1:])
    return times[0]


def scan_in(threads, tree, field, times):
    """`times` scans by so many threads together."""

    def work():
        for _ in range(times // threads):
            tree.column(field)

    crew = [threading.Thread(target=work) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()


def threads(what, tree, field, scans):
    scans = max(2, scans // 2 * 2)
    one, two = best(*(lambda n=n: scan_in(n, tree, field, scans) for n in (1, 2)))
    print(f"{scans} scans of {what}: one thread {one:.3f} s, two threads {two:.3f} s: {two / one:.2f}")


def control():
    """What two threads gain here and now, where nothing of Vitrine is concerned."""
    data = bytes(8 << 20)

    def work(times):
        for _ in range(times):
            hashlib.sha256(data).digest()

    def two():
        crew = [threading.Thread(target=work, args=(4,)) for _ in range(2)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()

    alone, together = best(lambda: work(8), two)
    print(f"8 sums of SHA-256: one thread {alone:.3f} s, two threads {together:.3f} s: {together / alone:.2f}")


def fill_bars(store, folder, count):
    """A tree of structs."""
    file = pathlib.Path(folder) / "bar.capnp"
    file.write_text("@0xf1a2b3c4d5e6f708; struct Bar @0xe2b3c4d5e6f70819 { close @0 :Float64; }")
    bar = vitrine.load_schema(file).Bar
    with store.transaction() as tx:
        bars = tx.tree("bars", int, bar)
        for day in range(count):
            bars[day] = {"close": day / 2}
    return store.snapshot().tree("bars")


def main(arguments):
    entries = int(arguments[0]) if arguments else 1_000_000
    data = [(key, key * 7) for key in range(entries)]
    shuffled = [key for key, _ in data]
    random.Random(1).shuffle(shuffled)
    few = shuffled[: min(200_000, entries)]
    other = LOBTree(data) if LOBTree is not None else None
    with tempfile.TemporaryDirectory() as folder:
        with vitrine.open(pathlib.Path(folder) / "bench.vitrine", durability="deferred") as store:
            with store.transaction() as tx:
                tree = tx.tree("numbers", int, int)
                for key, value in data:
                    tree[key] = value
            tree = store.snapshot().tree("numbers")
            loop = compare("loop over items", add_items, entries, tree, other)
            compare("loop over keys", add_keys, entries, tree, other)
            compare("get, random order", lambda of: look_up(of, few), len(few), tree, other)
            compare("get, rising order", lambda of: look_up(of, range(len(few))), len(few), tree, other)
            [summed] = best(lambda: tree.column().sum())
            line("sum of a column", summed, entries)
            print(f"{'':34} {loop / summed:8.1f} times as fast as the loop over items")
            assert tree.column().sum() == numpy.sum([value for _, value in data])
            threads("numbers", tree, None, 40_000_000 // entries)
            bars = fill_bars(store, folder, entries // 4)
            [field] = best(lambda: bars.column("close").sum())
            line("sum of a field of structs", field, len(bars))
            control()
            threads("a field of structs", bars, "close", 20_000_000 // entries)


if __name__ == "__main__":
    main(sys.argv[1:])
