@0xd6e7b6dbe1c4a2f9;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("marks");

# One commit's object, and the head that each commit of a thread edits.
struct Mark @0xc1d1b3b8e6a7f049 {
  thread @0 :UInt32;
  sequence @1 :UInt64;
  body @2 :Text;
  previous @3 :Vitrine.Ref(Mark);
}
