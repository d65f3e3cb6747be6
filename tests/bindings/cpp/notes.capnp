@0xd7e3b0a3c1f94e52;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("notes");

# What the tests of migration are about: notes of an old program, and of the next one.
struct OldNote @0xb3a1c6de52f04701 {
  text @0 :Text;
  next @1 :Vitrine.Ref(OldNote);
}

struct NewNote @0xb3a1c6de52f04702 {
  letters @0 :UInt32;
  text @1 :Text;
  next @2 :Vitrine.Ref(NewNote);
}

struct Board @0xb3a1c6de52f04703 {
  label @0 :Text;
  top @1 :Vitrine.Ref(OldNote);
}
