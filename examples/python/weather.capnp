@0xa3f0c7d2e9b14865;

using Vitrine = import "/vitrine/vitrine.capnp";

struct Station @0xb4e1d8c3fa025976 {
  name @0 :Text;
  height @1 :Float64;  # metres
  offset @2 :Float64;  # what its thermometer is to be corrected by
}

struct Reading @0xc5f2e9d40b136a87 {
  temperature @0 :Float64;
  rain @1 :Float32;
  station @2 :Vitrine.Ref(Station);
}
