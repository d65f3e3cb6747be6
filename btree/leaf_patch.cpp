#include "btree/leaf_patch.hpp"

#include <cstring>

#include "btree/arithmetic.hpp"
#include "btree/large_value.hpp"
#include "btree/node_codec.hpp"
#include "btree/nodes.capnp.h"
#include "core/record.hpp"

namespace vitrine::btree {
namespace {

using namespace detail;

constexpr std::size_t kWordValueBytes = 8;

bool same_bytes(ByteSpan a, ByteSpan b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

/// A list's place in the record. It is the builder's own memory, so it may be written.
template <class Number, class List>
Number* place_of(List list) {
    const capnp::AnyList::Reader bytes = capnp::toAny(list.asReader());
    return reinterpret_cast<Number*>(const_cast<kj::byte*>(bytes.getRawBytes().begin()));
}

}  // namespace

std::size_t LeafPatch::old_value_bytes(std::uint32_t begin, std::uint32_t end) const {
    switch (leaf_.form) {
        case ValueForm::none: return 0;
        case ValueForm::word: return std::size_t{end - begin} * kWordValueBytes;
        default:
            return (leaf_.value_offsets[end] & ~LeafView::kLarge) -
                   (leaf_.value_offsets[begin] & ~LeafView::kLarge);
    }
}

std::size_t LeafPatch::words() const {
    const std::size_t count = leaf_.count + added_;
    const std::size_t offsets =
        leaf_.form == ValueForm::bytes ? words_for((count + 1) * sizeof(std::uint32_t)) : 0;
    return fixed_words<format::Leaf>() + count + offsets + words_for(value_bytes_);
}

std::optional<LeafPatch> LeafPatch::plan(const LeafView& leaf, const OpSet& ops,
                                         OpSet::Position from, OpSet::Position to,
                                         std::string_view value_kind, const Limits& limits) {
    if (!leaf.fixed_keys) return std::nullopt;
    LeafPatch patch(leaf);
    patch.value_bytes_ = patch.old_value_bytes(0, leaf.count);
    for (OpSet::Position at = from; at != to; at = ops.next(at)) {
        const Op& op = ops[at];
        const std::uint64_t head = head_of(op.key());
        const Position found = locate(leaf, head);
        if (op.kind == Op::Kind::erase || patch.count_ == kMost ||
            op.value().size() > kInlineValueBytes || (found.found && leaf.large(found.index)))
            return std::nullopt;
        Change& change = patch.changes_[patch.count_];
        change = {found.index, found.found, head, op.value()};
        if (op.kind == Op::Kind::add) {
            const std::uint64_t before = found.found ? word_of(leaf.value(found.index)) : 0;
            change.sum = add_words(value_kind, before, word_of(op.value()));
        }
        if (found.found) {
            const ByteSpan old = leaf.value(found.index);
            if (same_bytes(old, change.bytes())) continue;
            patch.value_bytes_ -= old.size();
        } else {
            ++patch.added_;
        }
        patch.value_bytes_ += change.bytes().size();
        ++patch.count_;
    }
    const std::size_t row_bytes = (core::kRowHeaderWords + patch.words()) * sizeof(core::Word);
    if (row_bytes > limits.max_row_bytes || leaf.count + patch.added_ > limits.max_entries)
        return std::nullopt;
    return patch;
}

LeafPatch::Patched LeafPatch::apply(core::Words old) const {
    FlatBuilder builder(words());
    auto node = builder.initRoot<format::Leaf>();
    node.setValueForm(static_cast<format::ValueForm>(leaf_.form));
    // In the order of build_leaf().
    const std::uint32_t count = leaf_.count + added_;
    auto* heads = place_of<std::uint64_t>(node.initHeads(count));
    node.setFixedKeys(true);
    std::uint32_t* offsets = nullptr;
    if (leaf_.form == ValueForm::bytes)
        offsets = place_of<std::uint32_t>(node.initValueOffsets(count + 1));
    std::byte* values = nullptr;
    if (value_bytes_ != 0)
        values = reinterpret_cast<std::byte*>(
            node.initValues(static_cast<std::uint32_t>(value_bytes_)).begin());

    const auto* const to_begin =
        reinterpret_cast<const std::byte*>(heads) - fixed_words<format::Leaf>() * sizeof(Word);
    const auto* const from_begin = reinterpret_cast<const std::byte*>(old.data());
    using Runs = boost::container::static_vector<core::log::CopiedRun, kMost + 1>;
    std::array<Runs, kColumns> runs;
    const auto copy = [&](std::size_t column, void* to, const void* from, std::size_t bytes) {
        if (bytes == 0) return;
        std::memcpy(to, from, bytes);
        runs[column].push_back(
            {static_cast<std::size_t>(static_cast<const std::byte*>(to) - to_begin),
             static_cast<std::size_t>(static_cast<const std::byte*>(from) - from_begin), bytes});
    };
    std::size_t end = 0;  // of the values so far
    const auto keep = [&](std::uint32_t begin, std::uint32_t until) {
        if (begin == until) return;
        copy(0, heads, leaf_.heads + begin, (until - begin) * sizeof *heads);
        heads += until - begin;
        std::size_t first = std::size_t{begin} * kWordValueBytes;
        if (offsets != nullptr) {
            first = leaf_.value_offsets[begin] & ~LeafView::kLarge;
            if (first == end) {
                copy(1, offsets, leaf_.value_offsets + begin, (until - begin) * sizeof *offsets);
                offsets += until - begin;
            } else {
                const auto moved = static_cast<std::uint32_t>(end - first);  // perhaps downwards
                for (std::uint32_t i = begin; i < until; ++i)
                    *offsets++ = leaf_.value_offsets[i] + moved;
            }
        }
        const std::size_t bytes = old_value_bytes(begin, until);
        copy(2, values + end, leaf_.values + first, bytes);
        end += bytes;
    };
    std::uint32_t kept = 0;
    for (const Change& change : all()) {
        keep(kept, change.index);
        kept = change.index + (change.replaces ? 1 : 0);
        *heads++ = change.head;
        if (offsets != nullptr) *offsets++ = static_cast<std::uint32_t>(end);
        const ByteSpan value = change.bytes();
        if (!value.empty()) std::memcpy(values + end, value.data(), value.size());
        end += value.size();
    }
    keep(kept, leaf_.count);
    if (offsets != nullptr) *offsets = static_cast<std::uint32_t>(end);

    Patched patched{builder.take(), {}};
    for (const Runs& column : runs)
        patched.runs.insert(patched.runs.end(), column.begin(), column.end());
    return patched;
}

}  // namespace vitrine::btree
