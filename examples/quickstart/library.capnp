@0xb8f1d6a2c5e94037;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("library");

struct Author @0xd2c79e4b61fa8305 {
  name @0 :Text;
}

struct Book @0xf6083ad5927bc14e {
  title @0 :Text;
  author @1 :Vitrine.Ref(Author);
  copies @2 :UInt32;
}
