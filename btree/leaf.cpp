#include "btree/leaf.hpp"

#include "btree/node_codec.hpp"
#include "btree/nodes.capnp.h"
#include "btree/split.hpp"
#include "core/record.hpp"

namespace vitrine::btree {
namespace {

using namespace detail;

static_assert(static_cast<int>(format::ValueForm::NONE) == static_cast<int>(ValueForm::none));
static_assert(static_cast<int>(format::ValueForm::WORD) == static_cast<int>(ValueForm::word));
static_assert(static_cast<int>(format::ValueForm::BYTES) == static_cast<int>(ValueForm::bytes));

constexpr std::size_t kWordValueBytes = 8;
static_assert(sizeof(LeafView::LargeStub) == 16);

void view_value_offsets(LeafView& leaf, std::span<const std::uint32_t> offsets,
                        std::size_t value_bytes) {
    demand(offsets.size() == std::size_t{leaf.count} + 1, "it has not one value for each key");
    bool falls = offsets.front() != 0 && offsets.front() != LeafView::kLarge;
    bool misfits = false;
    for (std::uint32_t i = 0; i < leaf.count; ++i) {
        const std::uint32_t begin = offsets[i] & ~LeafView::kLarge;
        const std::uint32_t end = offsets[i + 1] & ~LeafView::kLarge;
        const bool large = begin != offsets[i];
        falls |= end < begin;
        misfits |= large & (end - begin != sizeof(LeafView::LargeStub));
    }
    demand(!falls, "its value offsets do not rise from 0");
    demand(!misfits, "the place of a large value is not 16 bytes");
    demand(offsets.back() == value_bytes, "its values end elsewhere than their offsets say");
    leaf.value_offsets = offsets.data();
}

class LeafSize {
  public:
    explicit LeafSize(LeafKind kind) : kind_(kind), keys_(kind.fixed_keys) {}

    void add(const Entry& entry) {
        keys_.add(entry.key);
        value_bytes_ += entry.value.size();
    }
    [[nodiscard]] std::size_t count() const { return keys_.count(); }
    [[nodiscard]] const KeysSize& keys() const { return keys_; }
    [[nodiscard]] std::size_t value_bytes() const { return value_bytes_; }
    [[nodiscard]] std::size_t words() const {
        const std::size_t offsets =
            kind_.form == ValueForm::bytes ? words_for((count() + 1) * sizeof(std::uint32_t)) : 0;
        return fixed_words<format::Leaf>() + keys_.words() + offsets + words_for(value_bytes_);
    }
    [[nodiscard]] std::size_t row_bytes() const {
        return (core::kRowHeaderWords + words()) * sizeof(Word);
    }

  private:
    LeafKind kind_;
    KeysSize keys_;
    std::size_t value_bytes_ = 0;
};

LeafSize measure(std::span<const Entry> entries, LeafKind kind) {
    LeafSize size(kind);
    for (const Entry& entry : entries) size.add(entry);
    return size;
}

void write_values(format::Leaf::Builder leaf, std::span<const Entry> entries, const LeafSize& size,
                  ValueForm form) {
    if (form == ValueForm::bytes) {
        auto offsets = leaf.initValueOffsets(static_cast<std::uint32_t>(entries.size()) + 1);
        std::uint32_t end = 0;
        for (std::uint32_t i = 0; i < entries.size(); ++i) {
            offsets.set(i, entries[i].large ? end | LeafView::kLarge : end);
            end += static_cast<std::uint32_t>(entries[i].value.size());
        }
        offsets.set(static_cast<std::uint32_t>(entries.size()), end);
    }
    if (size.value_bytes() == 0) return;
    auto* out = leaf.initValues(static_cast<std::uint32_t>(size.value_bytes())).begin();
    for (const Entry& entry : entries) {
        if (entry.value.empty()) continue;
        std::memcpy(out, entry.value.data(), entry.value.size());
        out += entry.value.size();
    }
}

}  // namespace

LeafView view_leaf(core::Words payload) {
    return read_node<format::Leaf>(payload, [](format::Leaf::Reader node) {
        const KeyColumn keys = view_keys(node);
        const capnp::Data::Reader values = node.getValues();
        LeafView leaf;
        leaf.heads = keys.heads;
        leaf.count = keys.count;
        leaf.suffix_offsets = keys.suffix_offsets;
        leaf.suffixes = keys.suffixes;
        leaf.prefix = keys.prefix;
        leaf.prefix_size = keys.prefix_size;
        leaf.values = bytes_of(values);
        leaf.fixed_keys = node.getFixedKeys();
        switch (node.getValueForm()) {
            case format::ValueForm::NONE: break;
            case format::ValueForm::WORD:
                demand(values.size() == std::size_t{leaf.count} * kWordValueBytes,
                       "it has not one value for each key");
                break;
            case format::ValueForm::BYTES:
                view_value_offsets(leaf, numbers32(node.getValueOffsets()), values.size());
                break;
            default: demand(false, "its form of values is unknown");
        }
        leaf.form = static_cast<ValueForm>(node.getValueForm());
        return leaf;
    });
}

void check_order(const LeafView& leaf) { check_key_order(keys_of(leaf), leaf.fixed_keys); }

LeafView::LargeStub large_stub(const LeafView& leaf, std::uint32_t i) {
    LeafView::LargeStub stub{};
    std::memcpy(&stub, leaf.value(i).data(), sizeof stub);  // beside strings it is not aligned
    return stub;
}

std::vector<std::byte> key_at(const LeafView& leaf, std::uint32_t i) {
    return copy_key(keys_of(leaf), leaf.fixed_keys, i);
}

LeafEntries entries_of(const LeafView& leaf) {
    LeafEntries all;
    const KeyColumn keys = keys_of(leaf);
    all.keys.resize(keys_bytes(keys, leaf.fixed_keys));
    all.entries.reserve(leaf.count);
    std::byte* out = all.keys.data();
    for (std::uint32_t i = 0; i < leaf.count; ++i) {
        const std::size_t size = write_key(keys, leaf.fixed_keys, i, out);
        all.entries.push_back({{out, size}, leaf.value(i), leaf.large(i)});
        out += size;
    }
    return all;
}

std::size_t leaf_row_bytes(std::span<const Entry> entries, LeafKind kind) {
    return measure(entries, kind).row_bytes();
}

core::WordBuffer build_leaf(std::span<const Entry> entries, LeafKind kind) {
    const LeafSize size = measure(entries, kind);
    VITRINE_ASSERT(size.value_bytes() < LeafView::kLarge, size.value_bytes());
    VITRINE_ASSERT(kind.form != ValueForm::none || size.value_bytes() == 0, size.value_bytes());
    VITRINE_ASSERT(
        kind.form != ValueForm::word || size.value_bytes() == entries.size() * kWordValueBytes,
        size.value_bytes(), entries.size());
    FlatBuilder builder(size.words());
    auto leaf = builder.initRoot<format::Leaf>();
    leaf.setValueForm(static_cast<format::ValueForm>(kind.form));
    write_keys(leaf, size.keys(), 0, [&](std::uint32_t i) { return entries[i].key; });
    write_values(leaf, entries, size, kind.form);
    return builder.take();
}

std::vector<std::size_t> split_entries(std::span<const Entry> entries, LeafKind kind,
                                       const Limits& limits, Fill fill) {
    return split(entries, LeafSize(kind), limits, fill);
}

}  // namespace vitrine::btree
