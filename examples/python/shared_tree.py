#!/usr/bin/env python3
"""The race that began it all: threads share one tree while its cache is trimmed.

In a store that fills objects in place, "loading" is a state that other threads can see: a bucket is
there and its entries are not. Here every thread knows what it must find; what it misses is counted. The
same is done with ZODB and one shared connection where that is installed. It is known not to be meant for
this, and nothing keeps a program from doing it.

usage: PYTHONPATH=<where vitrine is> python3 shared_tree.py [--seconds N]
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import threading
import time

KEYS = 2000


def race(tree, trim, seconds):
    """Three readers and a trimmer; returns what they saw."""
    end = time.monotonic() + seconds
    seen = {"iterations": 0, "incomplete": 0, "look-ups": 0, "missed": 0, "errors": 0}
    lock = threading.Lock()

    def count(**found):
        with lock:
            for name, number in found.items():
                seen[name.replace("_", "-")] += number

    def iterate():
        try:
            keys = sum(1 for _ in tree.items())
            count(iterations=1, incomplete=int(keys != KEYS))
        except Exception:
            count(iterations=1, errors=1)

    def look_up():
        try:
            missed = sum(1 for key in range(0, KEYS, 10) if tree.get(key) != key)
            count(look_ups=KEYS // 10, missed=missed)
        except Exception:
            count(look_ups=1, errors=1)

    def repeat(work):
        while time.monotonic() < end:
            work()

    crew = [threading.Thread(target=repeat, args=(work,)) for work in (iterate, look_up, look_up)]
    for thread in crew:
        thread.start()
    repeat(lambda: (trim(), time.sleep(0.0005)))
    for thread in crew:
        thread.join()
    return seen


def race_vitrine(folder, seconds):
    import vitrine

    with vitrine.open(f"{folder}/race.vitrine", cache_bytes=1 << 16) as store:
        store.run(lambda tx: tx.tree("numbers", int, int).update((i, i) for i in range(KEYS)))
        return race(store.snapshot().tree("numbers"), store.trim_cache, seconds)


def race_zodb(folder, seconds):
    import transaction
    import ZODB
    from BTrees.LOBTree import LOBTree

    database = ZODB.DB(f"{folder}/race.fs", cache_size=10)
    connection = database.open()
    connection.root()["numbers"] = LOBTree((i, i) for i in range(KEYS))
    transaction.commit()
    return race(connection.root()["numbers"], connection.cacheMinimize, seconds)


SIDES = {"vitrine": race_vitrine, "ZODB": race_zodb}


def run_side(name, seconds):
    """In a process of its own: one side may crash."""
    if importlib.util.find_spec(name) is None:
        return "not installed, so not tried"
    command = [sys.executable, __file__, "--side", name, "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if done.returncode < 0:
        return f"crashed with signal {-done.returncode}"
    return done.stdout.strip() or f"failed: {done.stderr.strip().splitlines()[-1]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        with tempfile.TemporaryDirectory() as folder:
            seen = SIDES[options.side](folder, options.seconds)
            print(", ".join(f"{number} {what}" for what, number in seen.items()))
        return 0
    print(f"three threads read {KEYS} keys of one shared tree while its cache is trimmed")
    for name in SIDES:
        print(f"{name:8} {run_side(name, options.seconds)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
