// expect: use the Cap'n Proto struct itself
#include <capnp/schema.capnp.h>

#include <vitrine/vitrine.hpp>

using capnp::schema::Node;

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<int, Node::Reader>("t"); }
