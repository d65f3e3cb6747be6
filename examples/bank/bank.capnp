@0x91659a17b22368c1;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("bank");

struct Account @0xd879957eef916ec3 {
  owner @0 :Text;
  opening @1 :Int64;  # the balance before the first transfer
  balance @2 :Int64;
}

struct Transfer @0xbff022c146f02f80 {
  from @0 :Vitrine.Ref(Account);
  to @1 :Vitrine.Ref(Account);
  amount @2 :Int64;
}
