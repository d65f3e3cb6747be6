"""The past: history, snapshots of old, undo; and garbage, verification, backup."""

import datetime

import pytest
import vitrine


@pytest.fixture
def page(store, schema):
    author = store.run(lambda tx: tx.create(schema.Author, name="one"), note="begun")
    for name in ("two", "three"):
        store.run(lambda tx: setattr(tx.edit(author), "name", name), note=name)
    return author


def test_every_version_is_still_there(store, page):
    history = store.history(page)
    assert [(old.version, old.note) for old in history] == [(3, "three"), (2, "two"), (1, "begun")]
    assert [store.snapshot_at(old.version)[page].name for old in history] == ["three", "two", "one"]
    assert [store.snapshot_at(old.time)[page].name for old in history] == ["three", "two", "one"]
    assert history[0].time.tzinfo is datetime.timezone.utc and not history[0].erased


def test_times_long_ago_and_without_a_zone_are_refused(store, page):
    long_ago = datetime.datetime(1999, 1, 1, tzinfo=datetime.timezone.utc)
    assert store.snapshot_at(long_ago).version == 0  # the empty store
    with pytest.raises(vitrine.UsageError):
        store.snapshot_at(datetime.datetime(1999, 1, 1))
    with pytest.raises(vitrine.TypeError):
        store.snapshot_at("yesterday")


def test_commits_say_what_they_changed(store, page):
    log = store.commits(after=1)
    assert [commit.note for commit in log] == ["two", "three"] and log[0].changed == [page]
    assert len(store.commits(limit=1)) == 1 and log[0].time < log[1].time


def test_a_commit_is_taken_back(store, page):
    assert store.plan_undo(3).ok and not store.plan_undo(2).ok
    with pytest.raises(vitrine.ConflictError):
        store.undo(2)
    assert store.undo(3) == 4 and store.snapshot()[page].name == "two"


def test_history_tells_of_an_erasure(store, page):
    store.run(lambda tx: tx.erase(page))
    assert store.history(page)[0].erased and store.snapshot_at(3)[page].name == "three"
    with pytest.raises(vitrine.NotFoundError):
        store.snapshot_at(4)[page]


def test_retention_of_a_time_or_none(tmp_path):
    with vitrine.open(tmp_path / "a", retention=datetime.timedelta(days=1)) as store:
        store.run(lambda tx: tx.tree("t", int, int).put(1, 1))
        store.run(lambda tx: tx.tree("t").put(1, 2))
        assert store.snapshot_at(1).tree("t")[1] == 1
    with vitrine.open(tmp_path / "b") as store:
        store.run(lambda tx: tx.tree("t", int, int).put(1, 1))
        store.run(lambda tx: tx.tree("t").put(1, 2))
        with pytest.raises(vitrine.SnapshotTooOldError):
            store.snapshot_at(1)


def test_garbage_goes(store, schema):
    with store.transaction() as tx:
        kept = tx.create(schema.Author, name="kept")
        tx.set_root("kept", kept)
        lost = tx.create(schema.Author, name="lost")
    report = store.collect_garbage()
    assert report.objects_erased == 1 and lost not in store.snapshot() and kept in store.snapshot()


def test_verify_finds_dangling_references(store, schema):
    with store.transaction() as tx:
        author = tx.create(schema.Author)
        tx.set_root("book", tx.create(schema.Book, author=author))
        tx.erase(author)
    report = store.verify()
    assert report.ok and report.objects == 1
    assert [(found.path, found.target) for found in report.dangling_references] == [
        ("book.author", author)
    ]


def test_a_backup_is_a_store(store, numbers, tmp_path):
    told = []
    report = store.backup(tmp_path / "copy", lambda done, total: told.append((done, total)))
    assert report.version == 1 and told and all(done <= total for done, total in told)
    with vitrine.open(tmp_path / "copy") as copy:
        assert copy.snapshot().tree("numbers") == numbers
    with pytest.raises(vitrine.StorageError):
        store.backup(tmp_path / "copy")


def test_progress_cancels_and_what_it_raises_passes(store, numbers, tmp_path):
    with pytest.raises(vitrine.CancelledError):
        store.backup(tmp_path / "a", lambda done, total: False)
    with pytest.raises(ZeroDivisionError):
        store.backup(tmp_path / "a", lambda done, total: 1 / 0)
    with pytest.raises(TypeError):
        store.backup(tmp_path / "a", lambda: True)
    assert not (tmp_path / "a").exists() and store.verify(lambda done, total: None).ok


def test_the_counters(store, numbers):
    stats = store.stats()
    assert stats.commits == 1 and stats.open_snapshots >= 1 and stats.cache_bytes > 0
    assert store.flush() == 1 == store.durable_version
    store.trim_cache()
    assert numbers[5] == 25
