// compiles
#include <capnp/schema.capnp.h>

#include <vitrine/vitrine.hpp>

using capnp::schema::Node;

// What the cases do wrong, done right.
void all(vitrine::Store& store, vitrine::Ref<Node> ref) {
    store.transact([&](vitrine::Transaction& tx) {
        tx.tree<int, bool>("bools").put(1, true);
        tx.tree<int, int>("numbers").add(1, -1);
        tx.tree<std::string, std::string>("texts").put("a", "b");
        tx.tree<std::tuple<int, std::string>, Node>("rows").put(
            std::tuple{1, "a"}, [](Node::Builder node) { node.setId(1); });
        tx.tree<int, vitrine::Ref<Node>>("refs").put(1, ref);
        return std::string{tx.get(ref).getDisplayName()};
    });
}
