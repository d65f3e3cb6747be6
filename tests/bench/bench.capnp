@0xb2f4d1c7e95a3860;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("vitrine::bench");

# With a memo of 79 letters about 100 bytes, like the rows of the other stores.
struct Account @0xc61e0b94d7a2f835 {
  balance @0 :Int64;
  memo @1 :Text;
}

# What the process of one store tells about one round of one workload, as JSON on its output.
struct OutcomeJson @0xe5a40c81b6d2397f {
  figures @0 :List(Named);
  # Of everything that was read: the same in all stores.
  checksum @1 :Text;
  # How often commits were waited for, and how often the disk was, while the clock ran.
  commits @2 :UInt64;
  syncs @3 :UInt64;
  # Not empty: no figure counts.
  failure @4 :Text;
  # Not empty: the store has no such thing, and why.
  absent @5 :Text;

  struct Named {
    name @0 :Text;
    value @1 :Float64;
  }
}

# The table, as a file for machines.
struct TableJson @0x9f3b2ad07c5e4168 {
  keys @0 :UInt64;
  rounds @1 :UInt32;
  cacheBytes @2 :UInt64;
  day @3 :Text;
  processors @4 :UInt32;
  processor @5 :Text;
  stores @6 :List(Store);
  rows @7 :List(Row);
  # The share of the processors' time that other programs took meanwhile.
  others @8 :Float64;

  struct Store {
    name @0 :Text;
    title @1 :Text;
    installed @2 :Bool;
    settings @3 :Text;
  }
  struct Row {
    group @0 :Text;
    work @1 :Text;
    unit @2 :Text;
    higherIsBetter @3 :Bool;
    target @4 :Text;
    # 1 and above: reached. 0: there is no target.
    reached @5 :Float64;
    cells @6 :List(Cell);
  }
  # The median of the rounds, and of the ratios to LMDB round by round: times as fast, or as good.
  struct Cell {
    store @0 :Text;
    value @1 :Float64;
    againstLmdb @2 :Float64;
    lowest @3 :Float64;
    highest @4 :Float64;
    # Instead of figures.
    absent @5 :Text;
    # Syncs for each commit; 0 where none were counted.
    syncsPerCommit @6 :Float64;
  }
}
