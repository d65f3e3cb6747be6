@0xc278cb817f8203a0;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";

$Cxx.namespace("stranger");

struct Note @0xdb0974830797bec3 {
    text @0 :Text;
    next @1 :Vitrine.Ref(Note);
}
