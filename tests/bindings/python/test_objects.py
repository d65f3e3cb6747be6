"""Objects: what can be stored in one, and how it is read."""

import pickle

import numpy
import pytest
import vitrine
from vitrine import Ref


def create(store, *arguments, **fields):
    return store.run(lambda tx: tx.create(*arguments, **fields))


def made(store, *arguments, **fields):
    reference = create(store, *arguments, **fields)
    return store.snapshot()[reference]


def test_an_object_is_read_as_it_was_made(store, schema):
    with store.transaction() as tx:
        jane = tx.create(schema.Author, name="Jane Austen", born=1775)
        emma = tx.create(schema.Book, title="Emma", author=jane, copies=3)
    book = store.snapshot()[emma]
    assert (book.title, book.copies, book.author) == ("Emma", 3, jane)
    assert store.snapshot()[book.author].name == "Jane Austen"


def test_a_snapshot_still_shows_what_was_before(store, schema):
    emma = create(store, schema.Book, title="Emma", copies=3)
    before = store.snapshot()
    with store.transaction() as tx:
        tx.edit(emma).copies = 4
    assert (before[emma].copies, store.snapshot()[emma].copies) == (3, 4)
    assert before[emma]._version < store.snapshot()[emma]._version


def test_lists_structs_groups_and_unions_read_as_python_has_them(store, schema):
    values = {
        "title": "Emma",
        "copies": 2,
        "state": "lent",
        "tags": ["novel", "größer"],
        "prices": [1.5, 2.5],
        "shelf": {"room": "east", "row": 2},
        "loans": [{"reader": "Ann", "days": 3.0}, {"reader": "Bob", "days": 4.5}],
        "place": {"x": -1, "y": 2},
        "isbn": "978",
    }
    book = made(store, schema.Book, values)
    assert book._asdict() == values | {"author": None}
    assert book.loans[-1].reader == "Bob"
    assert [loan.days for loan in book.loans] == [3.0, 4.5]
    assert list(book.tags[::-1]) == ["größer", "novel"] and "novel" in book.tags
    assert book._which == "isbn" and book.place.x == -1 and book["shelf"].room == "east"
    assert book.tags == ["novel", "größer"]


def test_defaults_are_those_of_the_schema(store, schema):
    book = made(store, schema.Book)
    assert (book.copies, book.title, book.author, book.state) == (1, "", None, "shelved")
    assert book.shelf.row == 7 and len(book.tags) == 0 and book._which == "nothing"


def test_a_list_of_numbers_is_a_buffer_without_a_copy(store, schema):
    book = made(store, schema.Book, prices=numpy.arange(5.0))
    array = numpy.asarray(book.prices)
    assert array.dtype == numpy.float64 and array.sum() == 10 and not array.flags.writeable
    with pytest.raises(BufferError):
        memoryview(book.tags)


def test_everything_a_struct_can_hold_comes_back(store, everything):
    item = everything.Item
    with store.transaction() as tx:
        first = tx.create(item, text="first")
        ledger = tx.create_tree(str, int)
        ledger["a"] = 1
        values = dict(
            flag=True, tiny=-128, small=-32768, medium=-(2**31), large=-(2**63), utiny=255,
            usmall=65535, umedium=2**32 - 1, ularge=2**64 - 1, single=0.5, double=1e300, text="ü",
            data=b"\0\xff", colour="darkGreen", next=first, ledger=ledger.ref, numbers=[1, -2],
            texts=["a", ""], nested=[[1], [], [2, 3]], children=[{"tiny": 1}, {"child": {"tiny": 2}}],
            friends=[first, None], colours=["red", "darkGreen"], flags=[True, False, True],
            place={"x": 1, "y": 2.0}, pair={"first": "one", "second": {"depth": 9}},
            voids=[None, None], either={"right": b"r"}, inner={"label": "x", "kind": "fancy"},
        )  # fmt: skip
        everything_ = tx.create(item, **values)
    read = store.snapshot()[everything_]
    for name, value in values.items():
        if name not in {"children", "place", "pair", "either", "inner", "voids"}:
            found = read[name]
            assert (found._asdict() if hasattr(found, "_asdict") else found) == value, name
    assert [list(part) for part in read.nested] == [[1], [], [2, 3]]
    assert read.children[1].child.tiny == 2 and read.pair.second.depth == 9
    assert read.pair.first == "one" and read.either.right == b"r" and len(read.voids) == 2
    assert read.inner._asdict() == {"depth": 0, "label": "x", "kind": "fancy"}
    assert store.snapshot()[read.ledger]["a"] == 1
    other = store.snapshot()[first]
    assert other.withDefault == 'a "default"\n' and other.limit == 2**64 - 1
    assert other.infinite == float("inf") and list(other.listed) == [1, 2, 3]
    assert (other.inner.depth, other.shade, other.truth) == (3, "darkGreen", True)
    assert store.verify().ok


def test_an_editor_reads_and_writes_in_place(store, schema):
    emma = create(store, schema.Book, title="Emma", loans=[{"reader": "Ann"}], prices=[1, 2, 3])
    with store.transaction() as tx:
        book = tx.edit(emma)
        book.copies += 1
        book.loans[0].days = 2.5
        book.prices[1] = 20
        book.shelf.room = "west"
        book.tags = [*book.tags, "new"]
        book.loans = [*book.loans, {"reader": "Bob"}]
        book.number = 5
        del book.title
    book = store.snapshot()[emma]
    assert (book.copies, book.loans[0].days, list(book.prices)) == (2, 2.5, [1, 20, 3])
    assert (book.shelf.room, list(book.tags), book.title) == ("west", ["new"], "")
    assert [loan.reader for loan in book.loans] == ["Ann", "Bob"] and book.number == 5


def test_a_value_that_does_not_fit_leaves_the_field_as_it_was(store, schema):
    emma = create(store, schema.Book, tags=["a"], prices=[1])
    with store.transaction() as tx:
        book = tx.edit(emma)
        with pytest.raises(vitrine.TypeError, match=r"Book.tags\[1\]: expected a str, not int"):
            book.tags = ["b", 5]
        with pytest.raises(vitrine.UsageError, match="Book.copies: the integer 4294967296"):
            book.copies = 2**32
        book.shelf = {"room": "x"}
        book.shelf = book.shelf
        assert list(book.tags) == ["a"] and book.shelf.room == "x"


def test_objects_are_equal_when_they_say_the_same(store, schema):
    a, b, c = (create(store, schema.Author, name=name) for name in "aab")
    snapshot = store.snapshot()
    assert snapshot[a] == snapshot[b] != snapshot[c]
    with store.transaction() as tx:
        copy = tx.create(schema.Author, snapshot[c])
    assert store.snapshot()[copy] == snapshot[c]


def test_references_are_values_that_can_be_pickled(store, schema):
    emma = create(store, schema.Book)
    again = pickle.loads(pickle.dumps(emma))
    assert again == emma and hash(again) == hash(emma) and {emma: 1}[again] == 1
    assert again.type == schema.Book.id and store.snapshot()[again]._ref == emma
    assert Ref(emma.id) == emma and emma != Ref(emma.id + 1)
    with store.transaction() as tx:
        tree = tx.tree("t", str, int)
        tree["a"] = 1
        ref = tree.ref
    assert pickle.loads(pickle.dumps(ref)) == ref and ref.kind == "string -> i64"


def test_reprs_say_what_it_is(store, schema):
    emma = create(store, schema.Book, title="Emma", tags=["x"] * 9)
    assert repr(emma) == f"<Ref Book #{emma.id}>"
    text = repr(store.snapshot()[emma])
    assert text.startswith(f"<Book #{emma.id} v1 title='Emma' author=None copies=1 state='shelved'")
    assert "<vitrine.Snapshot version 1 of" in repr(store.snapshot())
    assert repr(schema.Book).startswith("<vitrine struct Book 0xac6d")
    assert "at version 1" in repr(store)


def test_the_file_knows_its_types(path, schema):
    with vitrine.open(path) as store:
        emma = create(store, schema.Book, title="Emma", shelf={"room": "r"})
    with vitrine.open(path) as store:
        assert store.snapshot()[emma].shelf.room == "r"
        book = store.types.Book
        assert book.fields["author"] == "Ref(Author)" and book.fields["tags"] == "List(Text)"
        other = create(store, book, title="Persuasion")
        assert store.snapshot()[other].title == "Persuasion"


def test_a_grown_struct_is_accepted_and_another_one_refused(path, tmp_path):
    file = tmp_path / "s.capnp"
    text = "@0x9f3c1b7a5d2e4861; struct Thing @0xf1b2839405162738 { name @0 :Text; %s }"
    file.write_text(text % "")
    old = vitrine.load_schema(file)
    file.write_text(text % "size @1 :Int32;")
    grown = vitrine.load_schema(file)
    file.write_text((text % "").replace("name @0 :Text", "name @0 :Data"))
    other = vitrine.load_schema(file)
    with vitrine.open(path, schema=old) as store:
        ref = create(store, old.Thing, name="a")
    with vitrine.open(path, schema=grown) as store:
        with store.transaction() as tx:
            tx.edit(ref).size = 5
    with vitrine.open(path, schema=old) as store:
        with pytest.raises(AttributeError):
            store.snapshot()[ref].size
        with store.transaction() as tx:
            tx.edit(ref).name = "b"
    with vitrine.open(path) as store:
        assert store.snapshot()[ref].size == 5 and store.snapshot()[ref].name == "b"
        with pytest.raises(vitrine.SchemaError, match="name"):
            store.use(other)
