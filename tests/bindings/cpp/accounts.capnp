@0xc1f2a37a5b0d9e41;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("accounts");

# What the tests of the promise are about.
struct Account @0x9d1c44c5f3a7b2e6 {
  owner @0 :Text;
  balance @1 :Int64 = 10;
  next @2 :Vitrine.Ref(Account);
  ledger @3 :Vitrine.TreeRef;
}

struct Reading @0xf0a4d2a37e6c9b15 {
  station @0 :Text;
  degrees @1 :Float64;
}
