@0xc3d1f0c96be25b21;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("vitrine::test_schema");

struct Person @0xd28a6ac3b0f0a7d1 {
  name @0 :Text;
  parent @1 :Vitrine.Ref(Person);
  friends @2 :List(Vitrine.Ref(Person));
  home :group {
    place @3 :Vitrine.Ref(Place);
    since @4 :Int64;
  }
  visits @5 :List(Visit);
  union {
    idle @6 :Void;
    owns @7 :Vitrine.TreeRef;
    rents @8 :Vitrine.Ref(Place);
  }
  keeps @9 :Box(Place);
  anything @10 :Vitrine.Ref;
  rows @11 :List(List(Visit));
}

struct Place @0xd28a6ac3b0f0a7d2 {
  x @0 :Int32;
}

struct Visit @0xd28a6ac3b0f0a7d3 {
  day @0 :Int64;
  target @1 :Vitrine.Ref(Place);
}

struct Box @0xd28a6ac3b0f0a7d4 (T) {
  held @0 :Vitrine.Ref(T);
  inner @1 :T;
}
