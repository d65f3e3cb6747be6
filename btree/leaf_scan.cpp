#include "btree/leaf_scan.hpp"

namespace vitrine::btree {

void LeafScan::descend(ObjectId id, const KeyBytes* key) {
    const ObjectVersion* version = &nodes_.node(id);
    while (version->type() == kInnerType) {
        const auto& inner = version->aux<InnerView>();
        const std::uint32_t child = key == nullptr ? 0 : child_index(inner, ByteSpan(*key));
        path_.push_back({&inner, child});
        version = &nodes_.node(ObjectId{inner.children[child]});
    }
    leaf_ = version;
}

bool LeafScan::seek(const KeyBytes* key) {
    path_.clear();
    if (!root_) return false;
    descend(root_, key);
    return true;
}

bool LeafScan::next() {
    while (!path_.empty() && path_.back().child + 1 == path_.back().inner->count) path_.pop_back();
    if (path_.empty()) return false;
    Step& step = path_.back();
    descend(ObjectId{step.inner->children[++step.child]}, nullptr);
    return true;
}

}  // namespace vitrine::btree
