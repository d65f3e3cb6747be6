@0xb2f4d1c7e95a3860;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("vitrine::bench");

# With a memo of 79 letters about 100 bytes, like the values of the other side.
struct Account @0xc61e0b94d7a2f835 {
  balance @0 :Int64;
  memo @1 :Text;
}
