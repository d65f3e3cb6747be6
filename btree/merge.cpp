#include "btree/merge.hpp"

#include "btree/arithmetic.hpp"

namespace vitrine::btree {
namespace {

bool same_bytes(ByteSpan a, ByteSpan b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

class Merger {
  public:
    Merger(Merged& out, std::string_view value_kind) : out_(out), value_kind_(value_kind) {}

    void keep(const Entry& old) { out_.entries.push_back(old); }

    void apply(const Op& op, const Entry* old) {
        switch (op.kind) {
            case Op::Kind::erase:
                if (old != nullptr) {
                    gone(*old);
                    --out_.added;
                    out_.changed = true;
                }
                return;
            case Op::Kind::put: put(op, op.value(), old); return;
            case Op::Kind::add: {
                const std::uint64_t before = old == nullptr ? 0 : word_of(old->value);
                out_.sums.push_back(add_words(value_kind_, before, word_of(op.value())));
                put(op, std::as_bytes(std::span(&out_.sums.back(), 1)), old);
                return;
            }
        }
    }

  private:
    void put(const Op& op, ByteSpan value, const Entry* old) {
        if (old != nullptr && !old->large && same_bytes(old->value, value)) return keep(*old);
        if (old != nullptr) {
            gone(*old);
        } else {
            ++out_.added;
        }
        out_.changed = true;
        out_.fresh.push_back(out_.entries.size());
        out_.entries.push_back({op.key(), value, false});
    }
    void gone(const Entry& old) {
        if (!old.large) return;
        LeafView::LargeStub stub{};
        std::memcpy(&stub, old.value.data(), sizeof stub);
        out_.dropped_large.push_back(stub.object);
    }

    Merged& out_;
    std::string_view value_kind_;
};

}  // namespace

void merge(Merged& out, const LeafView* leaf, std::uint32_t begin, std::uint32_t end,
           const OpSet& ops, OpSet::Position from, OpSet::Position to,
           std::string_view value_kind) {
    Merger merger(out, value_kind);
    LeafEntries old;
    if (leaf != nullptr && begin < end) old = entries_of(*leaf);
    std::size_t i = begin;
    for (OpSet::Position at = from; at != to; at = ops.next(at)) {
        const Op& op = ops[at];
        while (i < end && compare_keys(old.entries[i].key, op.key()) < 0)
            merger.keep(old.entries[i++]);
        const bool same = i < end && compare_keys(old.entries[i].key, op.key()) == 0;
        merger.apply(op, same ? &old.entries[i++] : nullptr);
    }
    while (i < end) merger.keep(old.entries[i++]);
    out.key_blocks.push_back(
        std::move(old.keys));  // entries borrow from it; moving keeps its bytes
}

}  // namespace vitrine::btree
