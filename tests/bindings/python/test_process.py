"""The process: a clean end whatever is open, and no leaks."""

import os
import resource
import subprocess
import sys
import textwrap

import pytest
import vitrine


def run(program, folder, status=0):
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(program)],
        cwd=folder, capture_output=True, text=True, timeout=60, env=os.environ,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (status, ""), done.stdout
    return done.stdout


OPEN = """
import threading, time, vitrine
store = vitrine.open("s.vitrine", durability="deferred")
store.run(lambda tx: tx.tree("t", int, int).update((i, i) for i in range(20000)))
snapshot = store.snapshot()
tree = snapshot.tree("t")
"""


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "iterator = iter(tree.items()); next(iterator)",
        "tx = store.transaction(); editor = tx.tree('t'); editor[1] = 5; it = iter(editor); next(it)",
        "store.close()",
        "del store",
        "import sys; sys.exit(0)",
        "cycle = [store, tree]; cycle.append(cycle); del store, tree",
        "vitrine.keep = (store, tree, snapshot)",
    ],
)
def test_the_interpreter_ends_with_open_things(tmp_path, rest):
    run(OPEN + rest + "\nprint('end')", tmp_path)
    with vitrine.open(tmp_path / "s.vitrine") as store:
        assert store.verify().ok and len(store.snapshot().tree("t")) == 20000


THREADS = """
def scan():
    while True:
        tree.column(); list(tree.items()); tree[5]
def write():
    while True:
        store.run(lambda tx: tx.tree("t").add(1, 1))
def look():
    while True:
        store.verify()
for function in (scan, scan, write, look):
    threading.Thread(target=function, daemon=True).start()
time.sleep(0.2)
print("end")
"""


def test_the_interpreter_ends_under_daemon_threads(tmp_path):
    program = OPEN + "threading.excepthook = lambda *_: None\n" + THREADS
    for _ in range(3):
        assert run(program, tmp_path) == "end\n"
        with vitrine.open(tmp_path / "s.vitrine") as store:
            assert store.verify().ok
        (tmp_path / "s.vitrine").unlink()


def test_an_exception_in_a_with_block_ends_cleanly(tmp_path):
    run(
        OPEN.replace("import ", "import sys, ", 1)
        + """
        try:
            with store.transaction() as tx:
                tx.tree("t")[1] = 77
                raise SystemExit(3)
        finally:
            store.close()
        """.replace("\n        ", "\n"),
        tmp_path, status=3,
    )  # fmt: skip
    with vitrine.open(tmp_path / "s.vitrine") as store:
        assert store.snapshot().tree("t")[1] == 1


def resident():
    """Memory of the process's own: pages of the file are the system's to keep."""
    with open("/proc/self/statm") as file:
        pages = [int(word) for word in file.read().split()]
    return (pages[1] - pages[2]) * resource.getpagesize()


def cycle(store, schema, times):
    for i in range(times):
        with store.transaction() as tx:
            ref = tx.create(schema.Book, title="Emma", tags=["a", "b"], shelf={"room": "x"})
            tx.tree("t", str, int)["k"] = i
            tx.edit(ref).loans = [{"reader": "Ann"}]
            tx.set_root("book", ref)
        with store.snapshot() as snapshot:
            book = snapshot[ref]
            assert book.shelf.room == "x" and book.loans[0].reader == "Ann" and "b" in book.tags
            tree = snapshot.tree("t")
            assert list(tree.items()) == [("k", i)] and tree.first() and len(tree.items())
            repr(book), repr(tree), book._asdict(), tree == {"k": i}, snapshot.roots()
        with pytest.raises(vitrine.NotFoundError):
            tree["absent"]
        store.run(lambda tx: tx.erase(ref))


def test_create_read_and_close_do_not_leak(path, schema):
    times = int(os.environ.get("VITRINE_CYCLES", 3000))
    with vitrine.open(path, durability="deferred", cache_bytes=1 << 20) as store:
        cycle(store, schema, 1000)
        before = resident()
        cycle(store, schema, times)
        assert resident() - before < 8 << 20


def test_opening_and_closing_does_not_leak(tmp_path, schema):
    times = int(os.environ.get("VITRINE_CYCLES", 3000)) // 50

    def once():
        with vitrine.open(tmp_path / "s.vitrine", schema=schema, durability="deferred") as store:
            store.run(lambda tx: tx.tree("t", str, schema.Book).put("a", {"title": "A"}))
        with vitrine.open(tmp_path / "s.vitrine") as store:
            assert store.snapshot().tree("t")["a"].title == "A" and store.types.Book

    for _ in range(20):
        once()
    before = resident()
    for _ in range(times):
        once()
    assert resident() - before < 16 << 20
