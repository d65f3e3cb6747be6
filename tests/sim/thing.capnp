@0xb1f6c0de5a7e2d93;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("simulated");

# What the slots of the simulation refer to. Its shadow always has twice its value.
struct Thing @0xd2a84f3b9c105e67 {
  value @0 :Int64;
  shadow @1 :Vitrine.Ref(Thing);
}
