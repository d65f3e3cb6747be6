#include "btree/find_many.hpp"

#include <array>

#include "core/assert.hpp"

namespace vitrine::btree {

void find_together(const mvcc::Snapshot& snapshot, const TreeState& tree,
                   std::span<const ByteSpan> keys,
                   core::FunctionRef<void(std::size_t, const ByteSpan*)> sink) {
    VITRINE_ASSERT(keys.size() <= kLanes, keys.size());
    const mvcc::Store& store = snapshot.store();
    SnapshotNodes nodes(snapshot);
    std::array<ObjectId, kLanes> next;
    next.fill(tree.root);
    std::array<Place, kLanes> places{};
    bool down = static_cast<bool>(tree.root);
    for (bool first = true; down; first = false) {
        if (!first) {  // the root is the same for all
            for (std::size_t lane = 0; lane < keys.size(); ++lane) store.prefetch_chain(next[lane]);
            for (std::size_t lane = 0; lane < keys.size(); ++lane) store.prefetch_node(next[lane]);
        }
        down = false;
        for (std::size_t lane = 0; lane < keys.size(); ++lane) {
            if (places[lane].leaf != nullptr) continue;
            const ObjectVersion& version = nodes.node(next[lane]);
            if (version.type() == kLeafType) {
                const auto& leaf = version.aux<LeafView>();
                places[lane] = {&version, &leaf, locate(leaf, keys[lane])};
                continue;
            }
            const auto& inner = version.aux<InnerView>();
            next[lane] = ObjectId{inner.children[child_index(inner, keys[lane])]};
            down = true;
        }
    }
    for (std::size_t lane = 0; lane < keys.size(); ++lane) {
        const Place& place = places[lane];
        if (place.found() && !place.leaf->large(place.position.index))
            __builtin_prefetch(place.leaf->value(place.position.index).data());
    }
    for (std::size_t lane = 0; lane < keys.size(); ++lane) {
        const Place& place = places[lane];
        if (!place.found()) {
            sink(lane, nullptr);
            continue;
        }
        const ByteSpan value =
            stored_value(nodes, *place.version, *place.leaf, place.position.index).bytes;
        sink(lane, &value);
    }
}

}  // namespace vitrine::btree
