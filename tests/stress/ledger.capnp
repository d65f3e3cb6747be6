@0xf2c07c1be6a49d53;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("ledger");

struct Account @0xa6a0f2ad6a0cf6f1 {
  owner @0 :Text;
  balance @1 :Int64;
  partner @2 :Vitrine.Ref(Account);
}
