"""The stubs say what is there: each class and call of __init__.pyi is one of the package."""

import ast
import pathlib

import vitrine

STUB = pathlib.Path(vitrine.__file__).with_name("__init__.pyi")


def test_what_the_stubs_name_is_there_and_the_other_way_round():
    tree = ast.parse(STUB.read_text())
    named = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            named.add(node.name)
            assert callable(getattr(vitrine, node.name))
        if isinstance(node, ast.ClassDef):
            named.add(node.name)
            found = getattr(vitrine, node.name)
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and member.name not in {"__init__", "__getattr__"}:
                    assert hasattr(found, member.name), f"{node.name}.{member.name}"
    exported = {name for name in vitrine.__all__ if name not in {"errors", "records"}}
    assert exported - named == set(vitrine.errors.__all__)


def test_every_public_call_says_what_it_does():
    for kind in (vitrine.Store, vitrine.Snapshot, vitrine.Transaction, vitrine.Tree, vitrine.TreeEditor):
        for name, member in vars(kind).items():
            if not name.startswith("_") and name not in {"popitem", "setdefault", "update"}:
                assert member.__doc__, f"{kind.__name__}.{name}"
