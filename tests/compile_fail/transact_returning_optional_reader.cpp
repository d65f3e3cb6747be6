// expect: return a copy of what you need
#include <capnp/schema.capnp.h>

#include <vitrine/vitrine.hpp>

using capnp::schema::Node;

void run(vitrine::Store& store, vitrine::Ref<Node> ref) {
    store.transact([&](vitrine::Transaction& tx) { return tx.find(ref); });
}
