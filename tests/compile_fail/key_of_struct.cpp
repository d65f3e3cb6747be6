// expect: a struct as key: use a std::tuple of its fields
#include <capnp/schema.capnp.h>

#include <vitrine/vitrine.hpp>

using capnp::schema::Node;

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<Node, int>("t"); }
