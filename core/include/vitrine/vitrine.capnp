@0xed4035e42930a03e;
# The words that Vitrine adds to Cap'n Proto. In your own schema:
#
#   using Vitrine = import "/vitrine/vitrine.capnp";
#
#   struct Account @0xe28a6ac3b0f0a7c5 {
#     owner @0 :Text $Vitrine.was("holder");
#     parent @1 :Vitrine.Ref(Account);
#   }
#
# Give stored structs an explicit id, as above: without one, Cap'n Proto derives it from the name
# and the place, and a rename makes it another type.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("vitrine::schema");

struct Ref @0xdcfa908cc32c015e (T) {
  # A reference to a stored object of type T. T takes no room: it says what is referred to, and is
  # part of the schema that a program is checked against.
  id @0 :UInt64;  # 0: refers to nothing
}

struct TreeRef @0xfa7472c38ec0d7d2 {
  # A reference to a stored tree.
  id @0 :UInt64;  # 0: refers to nothing
}

annotation was @0xf69f3302350f842c (field, union, group, enumerant) :Text;
# The name that this field or enumerant had in an earlier release. May be given more than once; keep
# every name that a release in use still has. Without it another name is refused, since it may mean
# another thing.
