"""One store, written and read in turn by a C++ program, the command and Python."""

import json
import os
import subprocess

import pytest
import vitrine
from vitrine import Ref

from conftest import ROOT

COMMAND = os.environ.get("VITRINE_COMMAND", "")
QUICKSTART = os.environ.get("VITRINE_QUICKSTART", "")


def call(program, *arguments, cwd):
    done = subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def library():
    return vitrine.load_schema(ROOT / "examples/quickstart/library.capnp")


@pytest.mark.skipif(not QUICKSTART, reason="the build has no examples")
def test_a_cpp_program_and_python_in_turn(tmp_path, library):
    path = tmp_path / "library.vitrine"
    assert "3 copies before, 4 now" in call(QUICKSTART, cwd=tmp_path)
    for copies in (4, 15):
        with vitrine.open(path, schema=library) as store:
            snapshot = store.snapshot()
            emma = snapshot.tree("books", str, Ref[library.Book])["Emma"]
            book = snapshot[emma]
            assert (book.title, book.copies) == ("Emma", copies)
            assert snapshot[book.author].name == "Jane Austen"
            with store.transaction() as tx:
                tx.edit(emma).copies += 10
                tx.tree("books")["Emma II"] = tx.create(library.Book, book, title="Emma II")
            del snapshot
        shown = call(QUICKSTART, cwd=tmp_path)
        assert f"{copies + 10} copies before, {copies + 11} now" in shown and "Emma II by Jane" in shown
        if COMMAND:
            call(COMMAND, "verify", str(path), cwd=tmp_path)


@pytest.mark.skipif(not COMMAND, reason="the build has no vitrine command")
def test_the_command_reads_what_python_wrote(tmp_path, library):
    path = tmp_path / "s.vitrine"
    with vitrine.open(path, schema=library, retention="forever") as store:
        with store.transaction(note="from Python") as tx:
            book = tx.create(library.Book, title="Größe", copies=7)
            tx.set_root("book", book)
            tx.tree("pairs", (str, "i16"), float)[("a", -5)] = 0.5
    found = json.loads(call(COMMAND, "get", str(path), "book", cwd=tmp_path))
    assert found["title"] == "Größe" and found["copies"] == 7
    assert "from Python" in call(COMMAND, "log", str(path), cwd=tmp_path)
    assert "title" in call(COMMAND, "schema", str(path), cwd=tmp_path)
    call(COMMAND, "verify", str(path), cwd=tmp_path)
    exported = call(COMMAND, "export", str(path), cwd=tmp_path)
    (tmp_path / "lines").write_text(exported)
    call(COMMAND, "import", "other.vitrine", "lines", cwd=tmp_path)
    with vitrine.open(tmp_path / "other.vitrine") as store:
        snapshot = store.snapshot()
        assert snapshot["book"].title == "Größe" and snapshot.tree("pairs")[("a", -5)] == 0.5
