@0xd9d0c1be0f7a6c35;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("releases");

# One stored struct in two releases of a program. Here each has an id of its own, since both are
# linked into one program; what the store is told is the text in schema_test.cpp, where both have
# the same.
struct First @0xa1f1e1c0b4d25a01 {
  owner @0 :Text;
  balance @1 :Int64;
}

struct Second @0xa1f1e1c0b4d25a02 {
  owner @0 :Text;
  balance @1 :Int64;
  note @2 :Text;
  limit @3 :Int32 = 7;
}
