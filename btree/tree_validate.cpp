#include <functional>
#include <string_view>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/key_text.hpp"
#include "btree/leaf_scan.hpp"
#include "btree/tree_commit.hpp"

namespace vitrine::btree {
namespace {

std::optional<TreeState> newest_state(mvcc::CommitContext& context, ObjectId id) {
    if (context.store().garbage().condemned(id)) return std::nullopt;  // it is as good as erased
    const ObjectVersion* header = context.newest(id);
    if (header == nullptr) return std::nullopt;
    return state_of(header->aux<TreeHeaderView>());
}

// Whether a leaf says everything about a key in both states: keys between two of its own were in its
// range whenever its content was this.
bool encloses(const LeafView& leaf, ByteSpan key) {
    if (leaf.count == 0) return false;
    const Position at = locate(leaf, key);
    return at.found || (at.index != 0 && at.index != leaf.count);
}

std::optional<ByteSpan> value_in(NodeSource& nodes, const std::optional<TreeState>& tree,
                                 ByteSpan key) {
    if (!tree) return std::nullopt;
    const Place place = find_place(nodes, *tree, key);
    if (!place.found()) return std::nullopt;
    return stored_value(nodes, *place.version, *place.leaf, place.position.index).bytes;
}

// One entry after another, in a part of a tree.
class Entries {
  public:
    Entries(NodeSource& nodes, const std::optional<TreeState>& tree, const RangeRead& range)
        : nodes_(nodes), scan_(nodes, tree.value_or(TreeState{})), range_(range) {
        more_ = scan_.seek(range.low ? &*range.low : nullptr);
        if (more_ && range.low) index_ = lower_bound(scan_.leaf(), ByteSpan(*range.low));
        settle();
    }

    [[nodiscard]] bool valid() const { return more_; }
    [[nodiscard]] bool at_leaf_start() const { return index_ == 0; }
    [[nodiscard]] const ObjectVersion& version() const { return scan_.version(); }
    [[nodiscard]] KeyBytes key() const { return key_at(scan_.leaf(), index_); }
    [[nodiscard]] ByteSpan value() const {
        return stored_value(nodes_, scan_.version(), scan_.leaf(), index_).bytes;
    }
    void step() {
        ++index_;
        settle();
    }
    void skip_leaf() {
        index_ = scan_.leaf().count;
        settle();
    }

  private:
    void settle() {
        while (more_ && index_ == scan_.leaf().count) {
            more_ = scan_.next();
            index_ = 0;
        }
        if (!more_ || !range_.high) return;
        const LeafView& leaf = scan_.leaf();
        const Position end = locate(leaf, ByteSpan(*range_.high));
        const std::uint32_t limit =
            end.index + static_cast<std::uint32_t>(end.found && range_.high_included);
        more_ = index_ < limit;
    }

    NodeSource& nodes_;
    LeafScan scan_;
    const RangeRead& range_;
    std::uint32_t index_ = 0;
    bool more_ = false;
};

}  // namespace

std::uint64_t hash_key(ByteSpan key) {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(key.data()), key.size()});
}

TreeCommit::TreeCommit(mvcc::CommitContext& context, const TreeEdit& edit, ObjectId id)
    : context_(context),
      edit_(edit),
      id_(id),
      base_(edit.base()),
      newest_(edit.state().made ? std::nullopt : newest_state(context, id)) {
    if (edit.state().made && !edit.state().returns) return;  // nobody else can know it
    if (const ObjectVersion* header = context.newest_or_tombstone(id)) changed_ = header->born();
    if (const auto since = context.store().garbage().condemned(id)) changed_ = *since;
}

void TreeCommit::conflict_of_tree(const char* what, Version with) const {
    throw ConflictError(fmt::format("{} was {} by commit {}", edit_.describe(), what, with.value()),
                        with, {.tree = core::to_ref(id_)});
}

void TreeCommit::conflict(ByteSpan key, const char* deed, Version fallback) const {
    const Version base = context_.base().version();
    Version with = context_.recent().find(id_, hash_key(key), base).value_or(fallback);
    // A key that is gone may leave no node behind that is newer than the base.
    if (with <= base) with = context_.recent().last_change(id_);
    const bool root = edit_.state().id.value == 1;
    if (root) {
        const std::string name(reinterpret_cast<const char*>(key.data()), key.size());
        throw ConflictError(fmt::format("root {} was {} here at version {} and changed by "
                                        "commit {}",
                                        bytes_text(key), deed, base.value(), with.value()),
                            with, {.key = name});
    }
    const std::string shown = key_text(edit_.kind(), key);
    throw ConflictError(
        fmt::format("key {} of {} was {} here at version {} and changed by commit {}", shown,
                    edit_.describe(), deed, base.value(), with.value()),
        with, {.tree = core::to_ref(id_), .key = shown});
}

// Both states, and how a key is compared between them.
struct TreeCommit::Versus {
    NewestNodes newest_nodes;
    SnapshotNodes base_nodes;
    const std::optional<TreeState>& base;
    const std::optional<TreeState>& newest;
    Version base_version;
    const LeafView* unchanged = nullptr;  // the last leaf found to be as at the base

    struct Sides {
        bool differ = false;
        std::optional<ByteSpan> newest{};
        std::optional<ByteSpan> base{};
        Version born{};
    };

    Sides compare(ByteSpan key) {
        if (unchanged != nullptr && encloses(*unchanged, key)) return {};
        Sides sides;
        if (newest) {
            const Place place = find_place(newest_nodes, *newest, key);
            if (place.version != nullptr) {
                sides.born = place.version->born();
                if (sides.born <= base_version && encloses(*place.leaf, key)) {
                    unchanged = place.leaf;
                    return {};
                }
            }
            if (place.found())
                sides.newest =
                    stored_value(newest_nodes, *place.version, *place.leaf, place.position.index)
                        .bytes;
        }
        sides.base = value_in(base_nodes, base, key);
        sides.differ = !same_value(sides.base, sides.newest);
        return sides;
    }
};

void TreeCommit::check_write(Versus& versus, const Op& op) {
    if (op.kind == Op::Kind::add) return;
    const Versus::Sides sides = versus.compare(op.key());
    if (!sides.differ) return;
    // Both left the same, or both erased it.
    const std::optional<ByteSpan> mine =
        op.kind == Op::Kind::put ? std::optional(op.value()) : std::nullopt;
    if (same_value(mine, sides.newest)) return;
    conflict(op.key(), op.kind == Op::Kind::put ? "written" : "erased",
             std::max(sides.born, changed_));
}

void TreeCommit::check_key(Versus& versus, const ReadSet::KeyRead& read) {
    if (!context_.serializable() && read.what != ReadSet::What::presence_always) return;
    const Versus::Sides sides = versus.compare(read.key);
    const bool differ = read.what == ReadSet::What::value
                            ? sides.differ
                            : sides.base.has_value() != sides.newest.has_value();
    if (differ) conflict(read.key, "read", std::max(sides.born, changed_));
}

void TreeCommit::check_range(Versus& versus, const RangeRead& range) {
    Entries before(versus.base_nodes, versus.base, range);
    Entries now(versus.newest_nodes, versus.newest, range);
    while (before.valid() && now.valid()) {
        if (&before.version() == &now.version() && before.at_leaf_start() && now.at_leaf_start()) {
            before.skip_leaf();
            now.skip_leaf();
            continue;
        }
        const KeyBytes key_before = before.key(), key_now = now.key();
        const auto order = compare_keys(key_before, key_now);
        if (order != 0)
            conflict(order < 0 ? key_before : key_now, "read in a range", now.version().born());
        if (!same_value(before.value(), now.value()))
            conflict(key_now, "read in a range", now.version().born());
        before.step();
        now.step();
    }
    if (before.valid()) conflict(before.key(), "read in a range", changed_);
    if (now.valid()) conflict(now.key(), "read in a range", now.version().born());
}

void TreeCommit::validate() {
    if (edit_.state().returns && context_.newest(id_) != nullptr)
        conflict_of_tree("made", changed_);
    if (base_ && !newest_) {
        if (edit_.state().erased) return;
        if (!context_.serializable() && !edit_.writes() && !edit_.reported()) return;
        conflict_of_tree("erased", changed_);
    }
    if (newest_ && changed_ > context_.base().version()) {
        const ObjectVersion* header = context_.newest(id_);
        if (kind_of(header->aux<TreeHeaderView>()) != edit_.kind())
            conflict_of_tree("given another kind", changed_);
    }
    // A tree that is in being now but was not at the base was made since, whoever remembers.
    if (base_.has_value() == newest_.has_value() &&
        !context_.recent().changed_since(id_, context_.base().version()))
        return;
    Versus versus{NewestNodes(context_), SnapshotNodes(context_.base()), base_, newest_,
                  context_.base().version()};
    const OpSet& ops = edit_.state().ops;
    for (OpSet::Position at = ops.begin(); at != ops.end(); at = ops.next(at))
        check_write(versus, ops[at]);
    const ReadSet& reads = edit_.reads();
    for (std::size_t i = 0; i < reads.keys(); ++i) check_key(versus, reads.key(i));
    if (!context_.serializable()) return;
    if (reads.count() && base_.value_or(TreeState{}).count != newest_.value_or(TreeState{}).count)
        conflict_of_tree("changed in size", changed_);
    for (const auto& range : reads.ranges()) {
        if (range->update) range->update();
        check_range(versus, *range);
    }
}

}  // namespace vitrine::btree
