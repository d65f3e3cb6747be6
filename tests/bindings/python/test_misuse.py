"""Any call with any argument, in any order: an exception of the right kind, or an answer; never a crash, and
a store without faults. VITRINE_SEED and VITRINE_STEPS make it another run, or a longer one."""

import os
import random

import vitrine
from vitrine import Ref, TreeRef

SEED = int(os.environ.get("VITRINE_SEED", 1))
STEPS = int(os.environ.get("VITRINE_STEPS", 100_000))

# What wrong use may raise. A SystemError would be a slip against Python's C API.
EXPECTED = (vitrine.Error, TypeError, ValueError, AttributeError, LookupError, OverflowError, BufferError)

FIELDS = [
    "title", "author", "copies", "state", "tags", "prices", "shelf", "loans", "place", "isbn", "number",
    "nothing", "name", "born", "text", "children", "nested", "pair", "next", "data", "numbers", "either",
    "inner", "any", "friends", "child", "voids", "box", "count",
]  # fmt: skip
STORE_CALLS = [
    "version", "stats", "trim_cache", "commits", "types", "history", "snapshot_at", "plan_undo", "undo",
    "verify", "collect_garbage", "use", "run",
]  # fmt: skip
SPECIAL = ["__iter__", "__len__", "__repr__", "__reversed__", "__enter__", "__exit__"]


class Monkey:
    def __init__(self, store, *schemas):
        self.chance = random.Random(SEED)
        self.store = store
        types = [value for schema in schemas for value in vars(schema).values()]
        self.structs = [kind for kind in types if isinstance(kind, vitrine.StructType)]
        self.kinds = [(), (int, int), (str, self.structs[0]), ((str, int), float), (str, None)]
        self.fixed = [
            store, *schemas, None, 5, -1, 2**70, "a", "name", b"x", 1.5, float("nan"), True, [], [1, 2],
            {"name": "x"}, {"title": 5}, (1, 2), ("a", 1), Ref(17), TreeRef(18), int, str, slice(1, 5),
            slice(None, None, -1),
        ]  # fmt: skip
        self.found = []

    def pick(self):
        return self.chance.choice(self.fixed + self.found)

    def create(self, on):
        struct = self.chance.choice(self.structs)
        values = self.chance.choice([None, self.pick()])
        return on.create(struct, values, **{self.chance.choice(FIELDS): self.pick()})

    def tree(self, on):
        name = self.chance.choice(["one", "two", self.pick()])
        return on.tree(name, *self.chance.choice(self.kinds))

    def field(self, on):
        name = self.chance.choice(FIELDS)
        if self.chance.random() < 0.5:
            return getattr(on, name)
        return setattr(on, name, self.pick())

    def item(self, on):
        if self.chance.random() < 0.6:
            return on[self.pick()]
        on[self.pick()] = self.pick()

    def call(self, on):
        names = STORE_CALLS
        if on is not self.store:
            names = [name for name in dir(on) if not name.startswith("__")] + SPECIAL
        found = getattr(on, self.chance.choice(names))
        if not callable(found):
            return found
        return found(*(self.pick() for _ in range(self.chance.choice([0, 1, 1, 2, 3]))))

    def begin(self, on):
        return self.store.transaction() if self.chance.random() < 0.5 else self.store.snapshot()

    def step(self):
        deeds = [self.begin, self.create, self.tree, self.field, self.item, self.call]
        deed = self.chance.choices(deeds, [1, 1, 1, 2, 1, 4])[0]
        on = self.pick()
        if isinstance(on, (dict, list)):
            return  # Python's own: they are arguments only
        result = deed(on)
        if hasattr(result, "__next__"):
            for _ in range(self.chance.randrange(5)):
                next(result, None)
        if result is not None and not isinstance(result, (list, dict)):
            self.found.append(result)
        if len(self.found) > 100:
            del self.found[self.chance.randrange(100)]


def test_a_monkey_finds_no_way_to_crash_it(store, schema, everything):
    monkey = Monkey(store, schema, everything)
    answers = 0
    for _ in range(STEPS):
        try:
            monkey.step()
            answers += 1
        except EXPECTED:
            pass
    assert answers > STEPS / 20, f"seed {SEED}: {answers} answers only"
    monkey.found.clear()
    assert store.verify().ok, f"seed {SEED}"
