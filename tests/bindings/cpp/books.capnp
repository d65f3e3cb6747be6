@0xe59b4f1ab1b0c7a3;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("books");

# What the tests of bad input are about.
struct Book @0xb8c3b2c2d0a9e64d {
  title @0 :Text;
  pages @1 :UInt32;
  sequel @2 :Vitrine.Ref(Book);
}

struct Shelf @0xd0d0f3ff4d6fdc37 {
  label @0 :Text;
}
