"""Columns: numbers as NumPy arrays, without an object for each."""

import numpy
import pytest
import vitrine
from vitrine import Ref


def fill(store, name, key, value, entries):
    with store.transaction() as tx:
        tx.tree(name, key, value).update(entries)
    return store.snapshot().tree(name)


def test_keys_and_values_as_arrays(numbers):
    keys, values = numbers.columns()
    assert keys.dtype == values.dtype == numpy.int64
    assert (keys == numpy.arange(1000)).all() and (values == keys * keys).all()
    assert list(numbers[5:8].column()) == [25, 36, 49] and list(numbers[5:8].key_column()) == [5, 6, 7]
    assert list(numbers[5:8:-1].column()) == [49, 36, 25] and len(numbers[5:5].column()) == 0
    values[0] = 7  # a copy of its own
    assert numbers[0] == 0


@pytest.mark.parametrize(
    "kind, dtype, values",
    [
        ("i8", numpy.int8, [-128, 127]),
        ("i16", numpy.int16, [-32768, 5]),
        ("i32", numpy.int32, [-(2**31), 5]),
        ("u8", numpy.uint8, [0, 255]),
        ("u16", numpy.uint16, [65535]),
        ("u32", numpy.uint32, [2**32 - 1]),
        ("u64", numpy.uint64, [2**64 - 1]),
        ("double", numpy.float64, [-0.5, 1e300]),
    ],
)
def test_numbers_of_every_kind(store, kind, dtype, values):
    by_key = fill(store, "k", kind, int, {value: 1 for value in values})
    assert by_key.key_column().dtype == dtype and list(by_key.key_column()) == values
    as_value = fill(store, "v", int, kind, dict(enumerate(values)))
    assert as_value.column().dtype == dtype and list(as_value.column()) == values


def test_booleans_and_empty_trees(store):
    flags = fill(store, "flags", int, bool, {1: True, 2: False}).column()
    assert flags.dtype == numpy.bool_ and list(flags) == [True, False]
    with store.transaction() as tx:
        tx.set_root("empty", tx.create_tree(int, int).ref)
    assert len(store.snapshot().tree("empty").column()) == 0


def bars(count):
    return {
        day: {"close": day / 2, "volume": day, "up": day % 3 == 0, "inner": {"depth": -day}}
        for day in range(count)
    }


def test_fields_of_structs_that_are_values(store, schema):
    tree = fill(store, "bars", int, schema.Bar, bars(500) | {1000: {}})
    days, close, volume, up, depth = tree.columns("close", "volume", "up", "inner.depth")
    assert (close.dtype, volume.dtype, up.dtype) == (numpy.float64, numpy.uint32, numpy.bool_)
    assert (close[:500] == days[:500] / 2).all() and (volume[:500] == days[:500]).all()
    assert (up[:500] == (days[:500] % 3 == 0)).all() and (depth[:500] == -days[:500]).all()
    assert (close[-1], volume[-1], depth[-1]) == (0, 5, -1)  # the schema's defaults


def test_fields_of_objects_that_are_referred_to(store, schema):
    with store.transaction() as tx:
        tree = tx.tree("refs", int, Ref[schema.Bar])
        for day, bar in bars(300).items():
            tree[day] = tx.create(schema.Bar, bar)
    tree = store.snapshot().tree("refs")
    assert list(tree[10:13].column("close")) == [5.0, 5.5, 6.0]
    with store.transaction() as tx:
        tx.erase(tree[11])
    with pytest.raises(vitrine.NotFoundError):
        store.snapshot().tree("refs").column("close")
    assert tree.column("close").sum() == sum(range(300)) / 2


def test_keys_of_several_fields(store):
    tree = fill(store, "t", (str, int, "u8", float), float,
                {("s", day, day % 5, -day / 2): day / 4 for day in range(-50, 50)})  # fmt: skip
    (names, days, small, halves), values = tree.columns()
    assert names is None and list(days) == list(range(-50, 50)) and list(small[:2]) == [0, 1]
    assert (halves == -days / 2).all() and (values == days / 4).all()
    assert list(tree[("s", 48, 4, 0.0):].key_column()[1]) == [49]


def test_what_is_no_column(store, schema, numbers):
    texts = fill(store, "s", str, str, {"a": "b"})
    books = fill(store, "b", int, schema.Book, {1: {}})
    for call in [
        texts.column, texts.key_column, lambda: numbers.column("x"), books.column,
        lambda: books.column("title"), lambda: books.column("none"), lambda: books.column("title.x"),
        lambda: numbers.column(5),
    ]:  # fmt: skip
        with pytest.raises(vitrine.TypeError):
            call()
    with pytest.raises(vitrine.UsageError):
        books.column("number")
    with store.transaction() as tx:
        with pytest.raises(vitrine.UsageError):
            tx.tree("numbers").column()


def test_a_column_is_a_buffer_without_numpy(numbers):
    [column] = numbers._columns(False, (None,))
    view = memoryview(column)
    assert view.format == "q" and view.shape == (1000,) and view[3] == 9 and len(column) == 1000
