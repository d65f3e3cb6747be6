"""Transactions: all or nothing, conflicts, retries, savepoints."""

import threading

import pytest
import vitrine


def test_an_exception_aborts(store):
    with pytest.raises(ZeroDivisionError):
        with store.transaction() as tx:
            tx.tree("t", int, int)[1] = 1
            1 / 0
    assert "t" not in store.snapshot() and not tx.active and store.version == 0


def test_leaving_the_block_commits(store):
    with store.transaction(note="first") as tx:
        tx.tree("t", int, int)[1] = 1
        assert tx.active and tx.version is None
    assert tx.version == 1 == store.version and not tx.active
    assert [commit.note for commit in store.commits()] == ["first"]


def test_both_that_changed_one_key_conflict(store):
    with store.transaction() as tx:
        tx.tree("t", str, int).update({"a": 1, "b": 1})
    one, other, third = store.transaction(), store.transaction(), store.transaction()
    one.tree("t")["a"] = 2
    other.tree("t")["a"] = 3
    third.tree("t")["b"] = 3
    assert one.commit() == 2
    with pytest.raises(vitrine.ConflictError) as caught:
        other.commit()
    assert caught.value.version == 2 and caught.value.key == '"a"' and caught.value.tree
    assert third.commit() == 3


def test_transact_runs_again_until_it_is_through(store, schema):
    author = store.run(lambda tx: tx.create(schema.Author, name="A"))
    runs = []

    @store.transact(note="counted")
    def count(tx, step, *, twice=False):
        """Adds."""
        runs.append(step)
        writer = tx.edit(author)
        if len(runs) == 1:
            store.run(lambda other: setattr(other.edit(author), "born", 10))
        writer.born += step * (2 if twice else 1)
        return writer.born

    assert count.__name__ == "count" and count.__doc__ == "Adds."
    assert count(5) == 15 and runs == [5, 5]
    assert count(1, twice=True) == 17 and store.snapshot()[author].born == 17


def test_transact_gives_up_after_its_attempts(store):
    with store.transaction() as tx:
        tx.tree("t", int, int)[1] = 0

    def contend(tx):
        value = tx.tree("t")[1]
        store.run(lambda other: other.tree("t").add(1, 1))
        tx.tree("t")[1] = value + 100

    with pytest.raises(vitrine.ConflictError):
        store.run(contend, attempts=3)
    assert store.snapshot().tree("t")[1] == 3
    with pytest.raises(vitrine.UsageError):
        store.run(contend, attempts=0)


def test_inside_run_abort_means_no_commit_and_commit_is_refused(store):
    def give_up(tx):
        tx.tree("t", int, int)[1] = 1
        tx.abort()
        return "given up"

    assert store.run(give_up) == "given up" and store.version == 0
    with pytest.raises(vitrine.UsageError):
        store.run(lambda tx: tx.commit())


def test_threads_that_add_lose_nothing(store):
    @store.transact
    def add(tx, key):
        tree = tx.tree("t", int, int)
        tree[key] = tree.get(key, 0) + 1

    def work():
        for i in range(100):
            add(i % 3)

    crew = [threading.Thread(target=work) for _ in range(4)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    assert sum(store.snapshot().tree("t").values()) == 400


def test_savepoints(store, schema):
    with store.transaction() as tx:
        tree = tx.tree("t", int, int)
        tree[1] = 1
        author = tx.create(schema.Author, name="A")
        editor = tx.edit(author)
        mark = tx.savepoint()
        tree[2] = 2
        editor.name = "B"
        tx.rollback_to(mark)
        with pytest.raises(vitrine.UsageError):
            editor.name
        assert tx[author].name == "A"
        other = store.transaction()
        with pytest.raises(vitrine.UsageError):
            other.rollback_to(mark)
        other.abort()
    assert list(store.snapshot().tree("t")) == [1]


def test_roots_and_erasing(store, schema):
    with store.transaction() as tx:
        author = tx.create(schema.Author, name="A")
        tx.set_root("author", author)
        assert tx.root("author") == author and tx["author"].name == "A" and author in tx
    snapshot = store.snapshot()
    assert snapshot.roots() == {"author": author} and snapshot["author"].name == "A"
    assert snapshot.root("author") == author and "author" in snapshot and "other" not in snapshot
    with store.transaction() as tx:
        editor = tx.edit(author)
        tx.erase(author)
        with pytest.raises(vitrine.UsageError):
            editor.name = "x"
        assert tx.get(author) is None and author not in tx
        tx.erase_root("author")
    assert store.snapshot().get(author) is None and snapshot[author].name == "A"


def test_a_failed_create_makes_nothing(store, schema):
    with store.transaction() as tx:
        with pytest.raises(vitrine.TypeError):
            tx.create(schema.Book, title="Emma", tags=5)
        good = tx.create(schema.Book, title="Emma")
        assert tx[good].title == "Emma"
    assert store.verify().objects == 1


def test_reads_of_a_serializable_transaction_are_checked(store):
    with store.transaction() as tx:
        tx.tree("t", int, int).update({1: 1, 2: 2})
    for isolation, refused in (("serializable", True), ("snapshot", False)):
        tx = store.transaction(isolation=isolation)
        tx.tree("t")[1]
        tx.tree("t")[2] = 5
        store.run(lambda other: other.tree("t").add(1, 1))
        if refused:
            with pytest.raises(vitrine.ConflictError):
                tx.commit()
        else:
            tx.commit()


def test_the_base_is_a_snapshot(store):
    with store.transaction() as tx:
        tx.tree("t", int, int)[1] = 1
        base = tx.base
        assert base.version == 0 and "t" not in base
    assert base.version == 0
    with pytest.raises(vitrine.UsageError):
        tx.base


def test_what_is_left_of_a_transaction_does_not_keep_the_file(path):
    for _ in range(2):
        with vitrine.open(path) as store:
            with store.transaction() as tx:
                tree = tx.tree("t", int, int)
                tree[1] = 1
            tx = store.transaction()
            editor = tx.tree("t")
            tx.abort()
    assert tree.key_kind == "i64" and "TreeEditor i64 -> i64" in repr(editor)
