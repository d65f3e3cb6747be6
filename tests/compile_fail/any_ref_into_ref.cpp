// expect: ValueArgument
#include <capnp/schema.capnp.h>

#include <vitrine/vitrine.hpp>

using capnp::schema::Node;

void write(vitrine::TreeEditor<int, vitrine::Ref<Node>>& tree) { tree.put(1, vitrine::AnyRef{7}); }
