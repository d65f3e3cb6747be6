"""What the tests share: a store of their own, and schemas."""

import pathlib

import pytest
import vitrine

ROOT = pathlib.Path(__file__).resolve().parents[3]

LIBRARY = """
@0x9f3c1b7a5d2e4860;
using Vitrine = import "/vitrine/vitrine.capnp";
enum State @0x8a4b1c2d3e5f6071 { shelved @0; lent @1; }
struct Author @0x9b5c2d3e4f607182 {
  name @0 :Text;
  born @1 :Int16;
}
struct Book @0xac6d3e4f50718293 {
  title @0 :Text;
  author @1 :Vitrine.Ref(Author);
  copies @2 :UInt32 = 1;
  state @3 :State;
  tags @4 :List(Text);
  prices @5 :List(Float64);
  shelf @6 :Shelf;
  loans @7 :List(Loan);
  place :group { x @8 :Int32; y @9 :Int32; }
  union { nothing @10 :Void; isbn @11 :Text; number @12 :UInt64; }
  struct Shelf @0xbd7e4f5061728394 { room @0 :Text; row @1 :UInt8 = 7; }
  struct Loan @0xce8f506172839405 { reader @0 :Text; days @1 :Float32; }
}
struct Bar @0xdf90617283940516 {
  close @0 :Float64;
  volume @1 :UInt32 = 5;
  up @2 :Bool;
  inner @3 :Inner;
  struct Inner @0xe0a1728394051627 { depth @0 :Int64 = -1; }
}
"""


@pytest.fixture(scope="session")
def schema(tmp_path_factory):
    file = tmp_path_factory.mktemp("schema") / "library.capnp"
    file.write_text(LIBRARY)
    return vitrine.load_schema(file)


@pytest.fixture(scope="session")
def everything():
    return vitrine.load_schema(ROOT / "tests/bindings/cli/everything.capnp")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "test.vitrine"


@pytest.fixture
def store(path):
    with vitrine.open(path, durability="deferred", retention=1000) as opened:
        yield opened


@pytest.fixture
def numbers(store):
    """A snapshot's tree: 0 … 999 to their squares."""
    with store.transaction() as tx:
        tree = tx.tree("numbers", int, int)
        for key in range(1000):
            tree[key] = key * key
    return store.snapshot().tree("numbers")
