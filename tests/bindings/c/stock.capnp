@0xb5d1b4fb9be5a9a1;
# What the tests of the C API store. They build its structs by hand, word by word (items.h).

using Vitrine = import "/vitrine/vitrine.capnp";

struct Item @0xcf0e31e0b2a87d01 {
  count @0 :Int64;
  name @1 :Text;
  next @2 :Vitrine.Ref(Item);
}

struct Article @0xcf0e31e0b2a87d02 {
  # What items become when they are migrated.
  price @0 :Int64;
  title @1 :Text;
}

struct Outer @0xcf0e31e0b2a87d03 {
  inner @0 :Inner;
  struct Inner @0xcf0e31e0b2a87d04 {
    flag @0 :Bool;
  }
  group :group {
    a @1 :UInt32;
  }
}
