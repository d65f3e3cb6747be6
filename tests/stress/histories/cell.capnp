@0xb7d2a4c91e5f3a08;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("histories");

struct Cell @0xd3c15a7e90b2f461 {
  elements @0 :List(UInt64);
}
