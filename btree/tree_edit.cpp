#include "btree/tree_edit.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/key_text.hpp"
#include "btree/snapshot_tree.hpp"
#include "btree/tree_edits.hpp"
#include "btree/trees.hpp"

namespace vitrine::btree {
namespace {

std::optional<TreeState> state_at_base(const mvcc::Snapshot& snapshot, ObjectId id) {
    if (!id) return std::nullopt;
    const mvcc::Epoch::Guard guard;
    const ObjectVersion* header = snapshot.peek(id);
    if (header == nullptr) return std::nullopt;
    return state_of(header->aux<TreeHeaderView>());
}

}  // namespace

TreeEdit::TreeEdit(TreeEdits& owner, std::string name, TreeKind kind, State state)
    : owner_(&owner),
      name_(std::move(name)),
      kind_(std::move(kind)),
      snapshot_(owner.transaction().base()),
      base_(state_at_base(snapshot_, state.id)),
      state_(std::move(state)) {}

std::string TreeEdit::describe() const {
    return name_.empty() ? fmt::format("tree #{}", state_.id.value)
                         : "tree " + bytes_text(std::as_bytes(std::span(name_)));
}

void TreeEdit::require_usable() const {
    if (owner_ == nullptr) throw UsageError("the transaction has ended");
    owner_->transaction().require_active();
    if (state_.unmade)
        throw UsageError("the tree was made after the savepoint that was rolled back to");
    if (state_.erased) throw NotFoundError(describe() + " was erased in this transaction");
}

void TreeEdit::require_writable(ByteSpan key) const {
    require_usable();
    if (key.size() > kMaxKeyBytes)
        throw UsageError(fmt::format("a key of {} has {} bytes, the most is {}: {}", describe(),
                                     key.size(), kMaxKeyBytes, key_text(kind_, key)));
}

void TreeEdit::record(ByteSpan key, ReadSet::What what) const {
    if (owner_->transaction().isolation() == Isolation::serializable ||
        what == ReadSet::What::presence_always)
        reads_.add_key(key, what);
    if (what == ReadSet::What::presence_always) reported_ = true;
}

OwnedValue TreeEdit::own_value(const Op& op) const { return {op.value(), {{}, arena_}}; }

std::uint64_t TreeEdit::id() const {
    require_usable();
    if (!state_.id) owner_->bind(const_cast<TreeEdit&>(*this));
    return state_.id.value;
}

std::optional<OwnedValue> TreeEdit::look(ByteSpan key) const {
    const Op* op = state_.ops.find(key);
    if (op != nullptr && op->kind == Op::Kind::erase) return std::nullopt;
    if (op != nullptr && op->kind == Op::Kind::put) return own_value(*op);
    std::optional<OwnedValue> below;
    if (reads_base()) below = SnapshotTree(snapshot_, state_.id, kind_, *base_).find(key);
    if (op == nullptr) return below;
    const std::uint64_t sum =
        add_words(kind_.value, below ? word_of(below->bytes) : 0, word_of(op->value()));
    return OwnedValue{arena_->copy(std::as_bytes(std::span(&sum, 1))), {{}, arena_}};
}

std::optional<OwnedValue> TreeEdit::find(ByteSpan key) const {
    require_usable();
    const Op* op = state_.ops.find(key);
    if ((op == nullptr || op->kind == Op::Kind::add) && !state_.cleared)
        record(key, ReadSet::What::value);
    return look(key);
}

bool TreeEdit::visit(ByteSpan key, const ValueSink& sink) const {
    const std::optional<OwnedValue> value = find(key);
    if (value) sink(value->bytes);
    return value.has_value();
}

bool TreeEdit::present(ByteSpan key, ReadSet::What what) const {
    require_usable();
    if (const Op* op = state_.ops.find(key)) return op->kind != Op::Kind::erase;
    if (state_.cleared) return false;
    record(key, what);
    return base_ && SnapshotTree(snapshot_, state_.id, kind_, *base_).contains(key);
}

bool TreeEdit::contains(ByteSpan key) const { return present(key, ReadSet::What::presence); }

std::uint64_t TreeEdit::size() const {
    require_usable();
    std::uint64_t count = 0;
    if (!state_.cleared) {
        reads_.add_count();
        if (base_) count = base_->count;
    }
    std::optional<SnapshotTree> below;
    if (reads_base()) below.emplace(snapshot_, state_.id, kind_, *base_);
    const OpSet& ops = state_.ops;
    for (OpSet::Position at = ops.begin(); at != ops.end(); at = ops.next(at)) {
        const Op& op = ops[at];
        if (!state_.cleared) record(op.key(), ReadSet::What::presence);
        const bool before = below && below->contains(op.key());
        const bool after = op.kind != Op::Kind::erase;
        count += static_cast<std::uint64_t>(after) - static_cast<std::uint64_t>(before);
    }
    return count;
}

std::unique_ptr<Cursor> TreeEdit::cursor(const Bounds& bounds) const {
    require_usable();
    auto overlay = std::make_shared<Overlay>();
    if (reads_base()) {
        overlay->base = snapshot_;
        overlay->tree = *base_;
    }
    overlay->kind = kind_;
    overlay->ops = state_.ops;
    overlay->arena = arena_;
    std::shared_ptr<RangeRead> read;
    if (!state_.cleared && owner_->transaction().isolation() == Isolation::serializable)
        read = reads_.add_range();
    return std::make_unique<OverlayCursor>(std::move(overlay), bounds, std::move(read));
}

std::vector<KeyBytes> TreeEdit::cuts(const Bounds& bounds, std::size_t n) const {
    require_usable();
    if (!reads_base()) return {};
    return cut_tree(snapshot_, *base_, bounds, n);
}

void TreeEdit::set(ByteSpan key, ByteSpan value, Op::Kind kind) {
    Op op;
    const ByteSpan own_key = arena_->copy(key);
    const ByteSpan own_value = arena_->copy(value);
    op.head = head_of(key);
    op.key_data = own_key.data();
    op.key_size = static_cast<std::uint32_t>(own_key.size());
    op.value_data = own_value.data();
    op.value_size = own_value.size();
    op.kind = kind;
    state_.ops.set(op);
}

void TreeEdit::put(ByteSpan key, ByteSpan value) {
    require_writable(key);
    if (value.size() > kMaxValueBytes)
        throw UsageError(fmt::format("a value of {} has {} bytes, the most is {}", describe(),
                                     value.size(), kMaxValueBytes));
    set(key, value, Op::Kind::put);
    state_.comes = state_.comes || !state_.id;
}

bool TreeEdit::insert(ByteSpan key, ByteSpan value) {
    require_writable(key);
    if (present(key, ReadSet::What::presence_always)) return false;
    put(key, value);
    return true;
}

void TreeEdit::erase(ByteSpan key) {
    require_writable(key);
    if (state_.cleared || !base_) {
        // Nothing below: what is left to do is to forget. Of a tree that others may make meanwhile,
        // the key must go all the same.
        state_.ops.remove(key);
        if (state_.cleared || state_.made) return;
    }
    set(key, {}, Op::Kind::erase);
}

bool TreeEdit::remove(ByteSpan key) {
    require_writable(key);
    if (!present(key, ReadSet::What::presence_always)) return false;
    erase(key);
    return true;
}

void TreeEdit::clear() {
    require_usable();
    state_.ops.clear();
    state_.cleared = true;
}

void TreeEdit::add(ByteSpan key, std::uint64_t delta) {
    require_writable(key);
    if (!is_number(kind_.value))
        throw UsageError(describe() + " has values of kind " + kind_.value + ", which have no add");
    const Op* op = state_.ops.find(key);
    const bool known = op != nullptr && op->kind != Op::Kind::add;
    std::uint64_t sum = delta;
    if (op != nullptr && op->kind != Op::Kind::erase)
        sum = add_words(kind_.value, word_of(op->value()), delta);
    else
        sum = add_words(kind_.value, 0, delta);
    set(key, std::as_bytes(std::span(&sum, 1)), known ? Op::Kind::put : Op::Kind::add);
    state_.comes = state_.comes || !state_.id;
}

}  // namespace vitrine::btree
