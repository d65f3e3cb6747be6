@0xd7c1d4a0a5b0e6f3;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("graph");

# Objects that refer to each other, in every way there is.
struct Knot @0x9d0f7a4f1d2c6b35 {
  value @0 :UInt64;
  next @1 :Vitrine.Ref(Knot);
  others @2 :List(Vitrine.Ref(Knot));
  tree @3 :Vitrine.TreeRef;
  pad @4 :Data;
}

struct Plain @0xa1f7c7f3c2b84d19 {
  value @0 :UInt64;
}
