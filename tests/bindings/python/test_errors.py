"""Wrong use: the right exception, and never a crash."""

import threading

import pytest
import vitrine


def in_thread(function):
    caught = []

    def work():
        try:
            function()
        except Exception as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return caught[0] if caught else None


def test_the_exceptions_are_a_family():
    for name in vitrine.errors.__all__:
        assert issubclass(getattr(vitrine, name), vitrine.Error)
    assert issubclass(vitrine.NotFoundError, KeyError)
    assert issubclass(vitrine.TypeError, TypeError)
    assert issubclass(vitrine.UsageError, ValueError)


def test_a_closed_store_refuses_everything(path, schema, tmp_path):
    store = vitrine.open(path)
    tx = store.transaction()
    tree = tx.tree("t", int, int)
    store.close()
    store.close()
    calls = [
        store.snapshot, store.transaction, store.flush, store.trim_cache, store.stats, store.verify,
        store.collect_garbage, store.commits, lambda: store.version, lambda: store.durable_version,
        lambda: store.run(lambda tx: None), lambda: store.backup(tmp_path / "b"),
        lambda: store.history(vitrine.Ref(17)), lambda: store.undo(1), lambda: store.use(schema),
        lambda: store.snapshot_at(0), lambda: store.types, tx.commit, lambda: tree[1],
        lambda: tree.put(1, 1), lambda: tx.create(schema.Author), lambda: list(tree),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(vitrine.UsageError):
            call()
    assert "closed" in repr(store)


def test_a_transaction_belongs_to_its_thread(store, schema, numbers):
    tx = store.transaction()
    tree = tx.tree("numbers")
    author = tx.create(schema.Author)
    editor = tx.edit(author)
    calls = [
        lambda: tree[1], lambda: len(tree), lambda: tree.put(1, 1), lambda: next(iter(tree)), tx.commit,
        tx.abort, lambda: tx[author], lambda: editor.name, lambda: setattr(editor, "name", "x"),
        lambda: tree.first(), lambda: 1 in tree, lambda: tree.add(1, 1), lambda: tx.erase(author),
        lambda: tx.create(schema.Author), lambda: tree.clear(), lambda: tree.ref,
    ]  # fmt: skip
    for call in calls:
        error = in_thread(call)
        assert isinstance(error, vitrine.UsageError) and "thread" in str(error)
    tx.abort()


def test_a_transaction_that_ended_refuses_everything(store, schema, numbers):
    tx = store.transaction()
    tree = tx.tree("numbers")
    iterator = iter(tree.items())
    next(iterator), next(iterator)
    author = tx.create(schema.Author, name="A")
    editor, shelf = tx.edit(author), tx.edit(tx.create(schema.Book)).shelf
    tx.commit()
    calls = [
        lambda: tree[1], lambda: tree.put(1, 1), lambda: list(iterator), lambda: tree.first(),
        lambda: editor.name, lambda: setattr(shelf, "room", "x"), tx.commit, lambda: tx[author],
        lambda: tx.savepoint(), lambda: tx.__enter__(), lambda: len(tree), lambda: 1 in tree,
        lambda: repr(editor), lambda: editor._asdict(), lambda: tree.insert(1, 1),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(vitrine.UsageError):
            call()
    assert "committed" in repr(tx) and tx.version == 2
    tx.abort()


def test_wrong_keys_and_values(store):
    with store.transaction() as tx:
        numbers = tx.tree("n", "i8", "u8")
        names = tx.tree("s", str, str)
        pairs = tx.tree("p", (str, int), float)
        for call in [
            lambda: numbers["x"], lambda: numbers[1.5], lambda: numbers.get(None), lambda: numbers[b"x"],
            lambda: names[5], lambda: names.put("a", 5), lambda: names.put("a", None),
            lambda: names.put("a", b"x"), lambda: pairs["a"], lambda: pairs[("a",)],
            lambda: pairs[("a", "b")], lambda: pairs[("a", 1, 2)], lambda: pairs.put(("a", 1), "x"),
            lambda: numbers.put(1, "x"), lambda: numbers.put(1, 1.5), lambda: numbers.add(1, "x"),
            lambda: numbers.put(1), lambda: numbers.get(), lambda: names[:5], lambda: numbers.put(),
            lambda: numbers.__setitem__(slice(1, 2), 1), lambda: tx.tree("x", list, int),
            lambda: tx.tree("x", int, dict), lambda: tx.tree("n", int, int), lambda: tx.tree(5),
        ]:  # fmt: skip
            with pytest.raises(TypeError):
                call()
        for call in [
            lambda: numbers[128], lambda: numbers[-129], lambda: numbers[10**30],
            lambda: numbers.put(1, 256), lambda: numbers.put(1, -1), lambda: names["x" * 1025],
            lambda: tx.tree("f", float, int).get(float("nan")), lambda: names.prefix("x" * 2000),
            lambda: tx.tree("f", float, int).get(2**53 + 1), lambda: numbers.prefix(1),
            lambda: numbers.partitions(0), lambda: names.add("a", 1), lambda: numbers[::3],
            lambda: numbers[1:5].clear(), lambda: numbers[1:5].put(7, 1),
        ]:  # fmt: skip
            with pytest.raises(vitrine.UsageError):
                call()
        tx.abort()


def test_wrong_fields_and_structs(store, schema):
    with store.transaction() as tx:
        author = tx.create(schema.Author, name="A")
        book = tx.create(schema.Book)
        for call in [
            lambda: tx.create(schema.Book, titel="x"), lambda: tx.create("Book"),
            lambda: tx.create(schema.Book, title=b"x"), lambda: tx.create(schema.Book, copies="x"),
            lambda: tx.create(schema.Book, tags="abc"), lambda: tx.create(schema.Book, author="x"),
            lambda: tx.create(schema.Book, shelf={"rooom": 1}), lambda: tx.create(schema.Book, 5),
            lambda: tx.create(schema.Book, tx[author]), lambda: tx.create(schema.Book, place=5),
            lambda: tx[vitrine.Ref(author.id, book.type)], lambda: tx["author"] and tx[5],
            lambda: tx.edit(5), lambda: tx.erase("x"), lambda: tx.set_root("r", 5),
        ]:  # fmt: skip
            with pytest.raises((TypeError, vitrine.NotFoundError)):
                call()
        with pytest.raises(vitrine.UsageError, match="State has no"):
            tx.create(schema.Book, state="eaten")
        editor = tx.edit(book)
        for call in [
            lambda: editor.titel, lambda: setattr(editor, "titel", 1), lambda: tx[author].title,
        ]:  # fmt: skip
            with pytest.raises(AttributeError):
                call()
        with pytest.raises(vitrine.UsageError, match="isbn is not the active member"):
            tx[book].isbn
        with pytest.raises(IndexError):
            tx[book].tags[0]
        with pytest.raises(AttributeError):
            tx[book].title = "x"
        with pytest.raises(vitrine.TypeError):
            tx[book]["none"]


def test_absent_things(store, schema, numbers):
    snapshot = store.snapshot()
    for call in [
        lambda: snapshot[vitrine.Ref(9999)], lambda: snapshot["none"], lambda: snapshot.tree("none"),
        lambda: numbers[-1], lambda: snapshot.root("none"), lambda: snapshot[None],
        lambda: store.snapshot_at(99), lambda: store.run(lambda tx: tx.tree("none")),
        lambda: store.run(lambda tx: tx.edit(vitrine.Ref(9999))), lambda: store.undo(99),
        lambda: store.run(lambda tx: tx.tree(vitrine.TreeRef(9999))),
    ]:  # fmt: skip
        with pytest.raises(vitrine.NotFoundError):
            call()
    assert str(pytest.raises(KeyError, lambda: numbers[-1]).value).startswith("there is no key -1")
    assert snapshot.get(None) is None and snapshot.get(vitrine.Ref(9999), 5) == 5
    snapshot.close()
    with pytest.raises(vitrine.UsageError):
        snapshot.version
    assert numbers[1] == 1


def test_opening(tmp_path, path, store):
    with pytest.raises(vitrine.StorageError):
        vitrine.open(tmp_path / "none" / "x.vitrine")
    with pytest.raises(vitrine.StorageError):
        vitrine.open(tmp_path / "x.vitrine", create=False)
    with pytest.raises(vitrine.StorageError):
        vitrine.open(path)
    (tmp_path / "text").write_text("no store " * 2000)
    with pytest.raises(vitrine.Error):
        vitrine.open(tmp_path / "text")
    for wrong in ({"durability": "half"}, {"retention": -1}, {"retention": "x"}, {"flush_interval": -1},
                  {"cache_bytes": -1}, {"nonsense": 1}):  # fmt: skip
        with pytest.raises((vitrine.Error, TypeError)):
            vitrine.open(tmp_path / "y.vitrine", **wrong)


def test_a_read_only_store_refuses_transactions(path):
    with vitrine.open(path) as store:
        store.run(lambda tx: tx.tree("t", int, int).put(1, 1))
    with vitrine.open(path, read_only=True) as store:
        assert store.snapshot().tree("t")[1] == 1
        with pytest.raises(vitrine.UsageError):
            store.transaction()


def test_schemas_that_do_not_compile(tmp_path):
    file = tmp_path / "bad.capnp"
    file.write_text("@0x9f3c1b7a5d2e4862; struct A { x @0 :Nothing; }")
    with pytest.raises(vitrine.SchemaError, match="Nothing"):
        vitrine.load_schema(file)
    with pytest.raises(vitrine.SchemaError):
        vitrine.load_schema(tmp_path / "none.capnp")
    with pytest.raises(vitrine.StorageError):
        vitrine.load_schema(file, imports=[tmp_path / "none"])


def test_damage_is_an_error_and_no_wrong_data(path, schema):
    with vitrine.open(path, log_bytes=0) as store:
        ref = store.run(lambda tx: tx.create(schema.Author, name="findme" * 100))
    data = bytearray(path.read_bytes())
    place = data.find(b"findme")
    assert place > 0
    while place != -1:
        data[place] ^= 0xFF
        place = data.find(b"findme")
    path.write_bytes(data)
    with vitrine.open(path) as store:
        with pytest.raises(vitrine.CorruptionError) as caught:
            store.snapshot()[ref]
        assert caught.value.object == ref.id and not store.verify().ok


def test_types_are_not_made_by_hand():
    for kind in (vitrine.Tree, vitrine.Object, vitrine.TreeEditor, vitrine.StructType, vitrine.Store):
        with pytest.raises(TypeError):
            kind()
    for wrong in (0, -1, 2**60):
        with pytest.raises((vitrine.UsageError, OverflowError)):
            vitrine.Ref(wrong)


def test_values_that_run_code_cannot_take_the_transaction_away(store, schema):
    class Evil:
        def __init__(self, deed):
            self.deed = deed

        def __index__(self):
            self.deed()
            return 1

    tx = store.transaction()
    book = tx.create(schema.Book, title="Emma")
    editor = tx.edit(book)
    mark = tx.savepoint()
    for deed in (tx.abort, tx.commit, lambda: tx.rollback_to(mark), lambda: tx.erase(book)):
        with pytest.raises(vitrine.UsageError, match="in the middle of a call"):
            tx.create(schema.Book, copies=Evil(deed))
        with pytest.raises(vitrine.UsageError, match="in the middle of a call"):
            editor.copies = Evil(deed)
        with pytest.raises(vitrine.UsageError, match="in the middle of a call"):
            editor.loans = [{"days": 1.0}, {"days": Evil(deed)}]
    fields = {"copies": Evil(lambda: fields.clear()), "title": "T" * 100}
    other = tx.create(schema.Book, fields)
    tree = tx.tree("t", int, int)
    with pytest.raises(vitrine.UsageError, match="ended"):
        tree[1] = Evil(tx.abort)
    assert not tx.active and other not in store.snapshot()
