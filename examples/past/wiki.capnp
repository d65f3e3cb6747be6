@0xa4c7f0d1e35b9286;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("wiki");

struct Page @0xc5d81e6f02a7b394 {
  text @0 :Text;
  visits @1 :UInt64;
}
