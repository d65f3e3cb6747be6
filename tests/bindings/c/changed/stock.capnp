@0xb5d1b4fb9be5a9a2;
# The same id for a struct with another meaning: the store has to refuse it.

struct Item @0xcf0e31e0b2a87d01 {
  count @0 :Float64;
  name @1 :Text;
}
