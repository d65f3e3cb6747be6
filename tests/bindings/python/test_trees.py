"""Trees: mappings in the order of keys."""

import collections.abc
import random

import pytest
import vitrine
from vitrine import Ref, TreeRef


def fill(store, name, key, value, entries):
    with store.transaction() as tx:
        tx.tree(name, key, value).update(entries)
    return store.snapshot().tree(name)


def test_a_tree_is_a_mapping(numbers):
    assert isinstance(numbers, collections.abc.Mapping)
    assert len(numbers) == 1000 and numbers[7] == 49 and 7 in numbers and 1000 not in numbers
    assert numbers.get(5) == 25 and numbers.get(-1) is None and numbers.get(-1, "x") == "x"
    assert list(numbers)[:3] == [0, 1, 2] and list(numbers.values())[:3] == [0, 1, 4]
    assert list(numbers.items())[-1] == (999, 999 * 999) and dict(numbers) == dict(numbers.items())
    assert numbers == {key: key * key for key in range(1000)} and numbers != {1: 1}


def test_ranges_are_slices(numbers):
    part = numbers[10:15]
    assert list(part) == [10, 11, 12, 13, 14] and len(part) == 5 and part[12] == 144
    assert 9 not in part and part.get(15) is None and len(numbers[990:]) == 10
    assert list(numbers[:3].items()) == [(0, 0), (1, 1), (2, 4)] and list(numbers[5:5]) == []
    assert list(numbers[9:3]) == [] and list(numbers[10:20][15:30]) == [15, 16, 17, 18, 19]
    assert list(numbers[10:15:-1]) == [14, 13, 12, 11, 10] and not numbers[2000:]
    assert list(reversed(numbers))[:2] == [999, 998] == list(numbers.reversed())[:2]
    assert list(reversed(numbers[:3].items())) == [(2, 4), (1, 1), (0, 0)]
    with pytest.raises(vitrine.UsageError):
        numbers[::2]


def test_neighbours(numbers):
    assert numbers.first() == (0, 0) and numbers.last() == (999, 998001)
    assert numbers.floor(5000) == (999, 998001) and numbers.ceiling(500) == (500, 250000)
    assert numbers.floor(-1) is None and numbers.ceiling(1000) is None
    assert numbers[10:20].first() == (10, 100) and numbers[10:20].last() == (19, 361)
    assert numbers[10:20].floor(100) == (19, 361) and numbers[10:20].ceiling(0) == (10, 100)


def test_partitions_are_the_whole(store):
    tree = fill(store, "t", int, int, {key: key for key in range(20000)})
    parts = tree.partitions(4)
    assert 2 <= len(parts) <= 4
    assert [key for part in parts for key in part] == list(range(20000))
    assert max(len(part) for part in parts) < 10000


@pytest.mark.parametrize(
    "kind, keys",
    [
        ("i8", [-128, 0, 127]),
        ("u8", [0, 200, 255]),
        ("i32", [-(2**31), -1, 5]),
        ("u64", [0, 2**63, 2**64 - 1]),
        (int, [-(2**63), 0, 2**63 - 1]),
        (float, [-1e300, -0.5, 0.0, 3.5, float("inf")]),
        (str, ["", "a", "a\0b", "ä", "\U0001f600"]),
        (bytes, [b"", b"\0", b"\xff\0"]),
        ((str, int), [("", 0), ("a", -5), ("a", 5), ("a\0", 1)]),
        ((float, "u16", bytes), [(-1.5, 0, b"x"), (0.0, 9, b""), (0.0, 9, b"\0")]),
    ],
)
def test_keys_of_every_kind_come_back_in_their_order(store, kind, keys):
    shuffled = list(enumerate(keys))
    random.Random(3).shuffle(shuffled)
    tree = fill(store, "t", kind, int, {key: place for place, key in shuffled})
    assert list(tree) == keys and [tree[key] for key in keys] == list(range(len(keys)))


@pytest.mark.parametrize(
    "kind, values",
    [
        ("u16", [0, 65535]),
        ("i64", [-(2**63), 2**63 - 1]),
        ("u64", [2**64 - 1]),
        (float, [0.1, float("-inf")]),
        (bool, [True, False]),
        (str, ["", "ä" * 3000]),
        (bytes, [b"", b"\0" * 100_000]),
    ],
)
def test_values_of_every_kind_come_back(store, kind, values):
    tree = fill(store, "t", int, kind, dict(enumerate(values)))
    assert list(tree.values()) == values and [tree[i] for i in range(len(values))] == values


def test_structs_and_references_as_values(store, schema):
    with store.transaction() as tx:
        emma = tx.create(schema.Book, title="Emma")
        tx.tree("refs", str, Ref[schema.Book])["emma"] = emma
        shelves = tx.tree("books", str, schema.Book)
        shelves["a"] = {"title": "A", "tags": ["x"]}
        shelves["b"] = tx[emma]
        inner = tx.create_tree(str, int)
        inner["x"] = 5
        tx.tree("trees", int, TreeRef[str, int])[1] = inner.ref
    snapshot = store.snapshot()
    assert snapshot["refs"]["emma"] == emma and snapshot[emma].title == "Emma"
    books = snapshot.tree("books")
    assert [book.title for book in books.values()] == ["A", "Emma"] and books["a"].tags == ["x"]
    assert snapshot[snapshot["trees"][1]]["x"] == 5


def test_texts_that_are_no_utf_8_keep_their_bytes(store):
    odd = b"\xff\xfe".decode("utf-8", "surrogateescape")
    tree = fill(store, "t", str, str, {odd: odd})
    assert list(tree.items()) == [(odd, odd)]


def test_prefixes(store):
    tree = fill(store, "t", (str, int), int, {(name, i): i for name in "abc" for i in range(5)})
    assert list(tree.prefix("b")) == [("b", i) for i in range(5)]
    assert list(tree.prefix(("b",))) == list(tree.prefix("b")) and len(tree.prefix(("b", 3))) == 1
    texts = fill(store, "s", str, None, {"ab": None, "abc": None, "b": None})
    assert list(texts.prefix("ab")) == ["ab", "abc"] and list(texts.prefix("")) == ["ab", "abc", "b"]


def test_sets(store):
    with store.transaction() as tx:
        names = tx.tree("names", str, None)
        assert names.insert("b") and not names.insert("b")
        names.put("a")
        names["c"] = None
    names = store.snapshot().tree("names")
    assert list(names) == ["a", "b", "c"] and names.value_kind == "unit"


def test_set_operations_are_lazy_and_in_order(store):
    a = fill(store, "a", int, str, {i: "a" for i in range(0, 3000, 2)})
    b = fill(store, "b", int, str, {i: "b" for i in range(0, 3000, 3)})
    both = vitrine.union_of(a, b)
    assert list(both) == [(i, "a" if i % 2 == 0 else "b") for i in range(3000) if not i % 2 or not i % 3]
    assert [key for key, _ in vitrine.intersection_of(a, b)] == list(range(0, 3000, 6))
    assert len(vitrine.difference_of(a, b)) == 1000
    assert list(a.keys() & b.keys()) == list(range(0, 3000, 6))
    assert list(a.keys() - b.keys()) == [i for i in range(0, 3000, 2) if i % 3]
    assert list((a.keys() | b.keys()))[:4] == [0, 2, 3, 4]
    assert list(vitrine.union_of(a[:4], b[:4])) == [(0, "a"), (2, "a"), (3, "b")]
    with pytest.raises(vitrine.TypeError):
        vitrine.union_of(a, fill(store, "c", str, str, {"x": "y"}))


def test_an_editor_is_a_mutable_mapping(store, numbers):
    with store.transaction() as tx:
        tree = tx.tree("numbers")
        assert isinstance(tree, collections.abc.MutableMapping)
        tree[5] = 0
        del tree[6]
        assert tree.pop(7) == 49 and tree.pop(7, "gone") == "gone" and tree.setdefault(8, 1) == 64
        tree.update({-1: 1, -2: 2})
        tree.add(10, -1)
        tree.add(5000, 5)
        tree.erase(11)
        assert tree.remove(12) and not tree.remove(12)
        assert tree.popitem() == (-2, 2)
        assert len(tree) == 998 and tree[10] == 99 and list(tree)[:3] == [-1, 0, 1]
        with pytest.raises(KeyError):
            del tree[6]
    tree = store.snapshot().tree("numbers")
    assert len(tree) == 998 and tree[10] == 99 and tree[5000] == 5 and tree.get(12) is None
    assert len(numbers) == 1000 and numbers[5] == 25


def test_changing_while_iterating_shows_the_tree_as_it_was(store, numbers):
    with store.transaction() as tx:
        tree = tx.tree("numbers")
        seen = []
        for key in tree:
            seen.append(key)
            del tree[key]
        assert seen == list(range(1000)) and len(tree) == 0
        tree.clear()
    assert len(store.snapshot().tree("numbers")) == 0


def test_an_iteration_in_a_transaction_reads_little_more_than_it_showed(store, numbers):
    with store.transaction() as tx:
        iterator = iter(tx.tree("numbers"))
        assert next(iterator) == 0
        tx.tree("other", int, int)[1] = 1
        del iterator
        store.run(lambda other: other.tree("numbers").put(500, 0))
    assert store.snapshot().tree("other")[1] == 1
    with pytest.raises(vitrine.ConflictError):
        with store.transaction() as tx:
            assert sum(1 for _ in tx.tree("numbers")) == 1000
            tx.tree("other")[2] = 1
            store.run(lambda other: other.tree("numbers").put(501, 0))


def test_trees_outlive_their_store(path):
    with vitrine.open(path) as store:
        tree = fill(store, "t", int, int, {i: i for i in range(5000)})
        iterator = iter(tree.items())
        next(iterator)
    assert sum(value for _, value in iterator) == sum(range(5000)) and tree[77] == 77
    assert repr(tree) == "<vitrine.Tree i64 -> i64, 5000 entries>"
    assert list(tree.items())[-1] == (4999, 4999)
