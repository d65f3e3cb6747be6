#include "bindings/python/src/gil.hpp"
#include "bindings/python/src/tree.hpp"
#include "btree/key.hpp"
#include "mvcc/epoch.hpp"

namespace vitrine::python {
namespace {

struct NotResident {};

/// Nodes that are in memory. Throws NotResident for the others: reading them may wait, which is not
/// to happen with the GIL.
class ResidentNodes {
  public:
    explicit ResidentNodes(const mvcc::Snapshot& snapshot)
        : table_(snapshot.store().table()), at_(snapshot.version()) {}
    const mvcc::ObjectVersion* find(core::ObjectId id) {
        constexpr unsigned kLines = 11;  // as mvcc::Store::node_at
        const mvcc::ObjectVersion* found = table_.find<kLines>(id, at_);
        if (found == nullptr) throw NotResident();
        found->touch();
        return found;
    }

  private:
    mvcc::ObjectTable& table_;
    const Version at_;
};

py::object value_in_leaf(const TreeBox& tree, const btree::Place& place) {
    const ValueCodec& codec = tree.codec->value;
    const btree::ByteSpan bytes = place.leaf->value(place.position.index);
    if (codec.form() == btree::ValueForm::word) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        return take(codec.decode_word(word));
    }
    if (codec.what() != ValueCodec::What::structure)
        return codec.form() == btree::ValueForm::none ? py::none()
                                                      : take(codec.decode_bytes(bytes));
    mvcc::VersionHandle leaf = btree::hold_found(tree.base(), *place.version);
    const btree::ByteSpan held = leaf->aux<btree::LeafView>().value(place.position.index);
    return codec.decode_struct(held, {std::move(leaf), nullptr});
}

// What the leaf says of a key: its place, or that it is absent; nothing when it may be elsewhere.
std::optional<btree::Position> ask_leaf(const btree::LeafView& leaf, btree::ByteSpan key) {
    if (leaf.fixed_keys) {
        const std::uint64_t head = btree::head_of(key);
        if (head < leaf.heads[0] || head > leaf.heads[leaf.count - 1]) return std::nullopt;
    }
    const btree::Position at = btree::locate(leaf, key);
    if (at.found || (at.index != 0 && at.index != leaf.count)) return at;
    return std::nullopt;
}

// True: `found` is the answer.
bool find_by_finger(const TreeBox& tree, btree::ByteSpan key, py::object& found) {
    TreeBox::Finger& finger = tree.finger;
    if (!finger.leaf) return false;
    const auto& leaf = finger.leaf->aux<btree::LeafView>();
    const auto at = ask_leaf(leaf, key);
    if (!at || (at->found && leaf.large(at->index))) {
        finger.leaf = {};
        return false;
    }
    if (at->found) found = value_in_leaf(tree, {finger.leaf.get(), &leaf, *at});
    return true;
}

void move_finger(const TreeBox& tree, const btree::Place& place) {
    if (tree.finger.met == place.version && place.version != nullptr)
        tree.finger.leaf = btree::hold_found(tree.base(), *place.version);
    tree.finger.met = place.version;
}

py::object find_anywhere(const TreeBox& tree, btree::ByteSpan key) {
    const auto found = without_gil([&](NoGil&) { return tree.reader->find(key); });
    return found ? tree.codec->value.decode(*found) : py::object();
}

}  // namespace

bool TreeBox::covers(btree::ByteSpan key) const {
    return (!bounds.low || btree::compare_keys(*bounds.low, key) <= 0) &&
           (!bounds.high || btree::compare_keys(key, *bounds.high) < 0);
}

bool is_resident(const TreeBox& tree, btree::ByteSpan key) {
    if (!tree.state) return true;
    try {
        const mvcc::Epoch::Guard guard;
        ResidentNodes nodes(tree.base());
        const btree::Place place = btree::find_place(nodes, *tree.state, key);
        return !place.found() || !place.leaf->large(place.position.index);
    } catch (NotResident) {
        return false;
    }
}

py::object find_value(const TreeBox& tree, btree::ByteSpan key) {
    tree.require();
    if (!tree.covers(key)) return py::object();
    if (tree.transaction) {
        if (!is_resident(tree, key)) return find_anywhere(tree, key);
        const auto found = tree.reader->find(key);
        return found ? tree.codec->value.decode(*found) : py::object();
    }
    py::object found;
    if (find_by_finger(tree, key, found)) return found;
    try {
        const mvcc::Epoch::Guard guard;
        ResidentNodes nodes(tree.base());
        const btree::Place place = btree::find_place(nodes, *tree.state, key);
        move_finger(tree, place);
        if (!place.found()) return py::object();
        if (!place.leaf->large(place.position.index)) return value_in_leaf(tree, place);
    } catch (NotResident) {
        // Read below, when the guard is gone.
    }
    return find_anywhere(tree, key);
}

bool has_key(const TreeBox& tree, btree::ByteSpan key) {
    tree.require();
    if (!tree.covers(key)) return false;
    if (is_resident(tree, key)) return tree.reader->contains(key);
    return without_gil([&](NoGil&) { return tree.reader->contains(key); });
}

}  // namespace vitrine::python
