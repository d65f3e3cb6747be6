#include "btree/leaf_walk.hpp"

namespace vitrine::btree {

VersionHandle LeafWalk::hold(ObjectId id) { return hold_node(snapshot_, id); }

template <class Choose>
bool LeafWalk::descend(ObjectId from, Choose choose) {
    if (!from) return false;
    const mvcc::Epoch::Guard guard;
    VersionHandle node = hold(from);
    while (node->type() == kInnerType) {
        const auto& inner = node->aux<InnerView>();
        const std::uint32_t child = choose(inner);
        const ObjectId id{inner.children[child]};
        path_.push_back({std::move(node), child});
        node = hold(id);
    }
    leaf_ = std::move(node);
    return true;
}

bool LeafWalk::seek(ByteSpan key) {
    path_.clear();
    return descend(tree_.root, [&](const InnerView& inner) { return child_index(inner, key); });
}

bool LeafWalk::seek_first() {
    path_.clear();
    return descend(tree_.root, [](const InnerView&) { return 0U; });
}

bool LeafWalk::seek_last() {
    path_.clear();
    return descend(tree_.root, [](const InnerView& inner) { return inner.count - 1; });
}

bool LeafWalk::next() {
    std::size_t depth = path_.size();
    while (depth != 0 &&
           path_[depth - 1].child + 1 == path_[depth - 1].inner->aux<InnerView>().count)
        --depth;
    if (depth == 0) return false;
    path_.resize(depth);
    const std::uint32_t child = ++path_.back().child;
    const ObjectId from{path_.back().inner->aux<InnerView>().children[child]};
    return descend(from, [](const InnerView&) { return 0U; });
}

bool LeafWalk::previous() {
    std::size_t depth = path_.size();
    while (depth != 0 && path_[depth - 1].child == 0) --depth;
    if (depth == 0) return false;
    path_.resize(depth);
    const std::uint32_t child = --path_.back().child;
    const ObjectId from{path_.back().inner->aux<InnerView>().children[child]};
    return descend(from, [](const InnerView& inner) { return inner.count - 1; });
}

std::optional<KeyBytes> LeafWalk::lower_limit() const {
    for (auto step = path_.rbegin(); step != path_.rend(); ++step)
        if (step->child != 0) return separator_at(step->inner->aux<InnerView>(), step->child);
    return std::nullopt;
}

std::optional<KeyBytes> LeafWalk::upper_limit() const {
    for (auto step = path_.rbegin(); step != path_.rend(); ++step) {
        const auto& inner = step->inner->aux<InnerView>();
        if (step->child + 1 < inner.count) return separator_at(inner, step->child + 1);
    }
    return std::nullopt;
}

}  // namespace vitrine::btree
