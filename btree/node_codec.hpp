#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <capnp/any.h>
#include <capnp/message.h>
#include <kj/exception.h>

#include "btree/search.hpp"
#include "core/assert.hpp"
#include "core/ids.hpp"
#include "core/word_buffer.hpp"

// What leaves and inner nodes have in common on their way to and from records. Included by their
// sources only.

namespace vitrine::btree::detail {

using core::Word;
using core::Words;

/// Reads a node's struct with `read`. Requires: the payload passed core::find_payload_fault, so
/// that unchecked readers stay inside; what they refuse beyond that becomes a runtime_error.
template <class Node, class Read>
auto read_node(Words payload, Read read) {
    if (payload.empty()) throw std::runtime_error("it is empty");
    try {
        return read(capnp::readMessageUnchecked<Node>(
            reinterpret_cast<const capnp::word*>(payload.data())));
    } catch (const kj::Exception& fault) {
        throw std::runtime_error(std::string("Cap'n Proto refuses it: ") +
                                 fault.getDescription().cStr());
    }
}

inline void demand(bool holds, const char* otherwise) {
    if (!holds) [[unlikely]]
        throw std::runtime_error(otherwise);
}

/// The numbers of a list where they lie. Cap'n Proto reads lists of wider elements, or of structs,
/// as lists of numbers too, but those are not side by side.
template <class Number, capnp::ElementSize size>
std::span<const Number> numbers(capnp::AnyList::Reader list) {
    if (list.size() == 0) return {};
    demand(list.getElementSize() == size, "a list of numbers has elements of another size");
    return {reinterpret_cast<const Number*>(list.getRawBytes().begin()), list.size()};
}
inline std::span<const std::uint64_t> numbers64(capnp::List<std::uint64_t>::Reader list) {
    return numbers<std::uint64_t, capnp::ElementSize::EIGHT_BYTES>(list);
}
inline std::span<const std::uint32_t> numbers32(capnp::List<std::uint32_t>::Reader list) {
    return numbers<std::uint32_t, capnp::ElementSize::FOUR_BYTES>(list);
}

inline const std::byte* bytes_of(capnp::Data::Reader data) {
    return reinterpret_cast<const std::byte*>(data.begin());
}

/// Everything that `locate` relies on, except the order of keys.
template <class Reader>
KeyColumn view_keys(Reader node) {
    KeyColumn keys;
    const std::span<const std::uint64_t> heads = numbers64(node.getHeads());
    keys.heads = heads.data();
    keys.count = static_cast<std::uint32_t>(heads.size());
    if (node.getFixedKeys()) return keys;

    const std::span<const std::uint32_t> offsets = numbers32(node.getSuffixOffsets());
    const capnp::Data::Reader suffixes = node.getSuffixes();
    const capnp::Data::Reader prefix = node.getPrefix();
    demand(offsets.size() == heads.size() + 1, "it has not one suffix for each key");
    bool falls = offsets.front() != 0;
    for (std::size_t i = 0; i < heads.size(); ++i) falls |= offsets[i + 1] < offsets[i];
    demand(!falls, "its suffix offsets do not rise from 0");
    demand(offsets.back() == suffixes.size(), "its suffixes end elsewhere than their offsets say");
    keys.suffix_offsets = offsets.data();
    keys.suffixes = bytes_of(suffixes);
    keys.prefix = bytes_of(prefix);
    keys.prefix_size = static_cast<std::uint32_t>(prefix.size());
    return keys;
}

/// Throws runtime_error unless keys rise and their heads are theirs.
void check_key_order(const KeyColumn& keys, bool fixed_keys);

/// The size of a node's keys, worked out while they are added in order.
class KeysSize {
  public:
    explicit KeysSize(bool fixed_keys) : fixed_keys_(fixed_keys) {}

    void add(ByteSpan key) {
        ++count_;
        if (fixed_keys_) return;
        // In order, what a key shares with the first is what all up to it share.
        if (key_count_++ == 0) {
            first_ = key;
        } else {
            first_ = first_.first(common_prefix(first_, key));
        }
        key_bytes_ += key.size();
    }
    /// A key that is not stored.
    void add_blank() { ++count_; }

    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] ByteSpan prefix() const { return first_; }
    [[nodiscard]] bool fixed_keys() const { return fixed_keys_; }
    [[nodiscard]] std::size_t words() const;
    [[nodiscard]] std::size_t suffix_bytes() const {
        return key_bytes_ - key_count_ * first_.size();
    }

  private:
    bool fixed_keys_;
    std::size_t count_ = 0;
    std::size_t key_count_ = 0;
    std::size_t key_bytes_ = 0;
    ByteSpan first_{};  // cut to the common prefix
};

constexpr std::size_t words_for(std::size_t bytes) {
    return (bytes + sizeof(Word) - 1) / sizeof(Word);
}

/// The words of a record before its lists: the pointer to the root, and the root.
template <class Node>
constexpr std::size_t fixed_words() {
    return 1 + Node::_capnpPrivate::dataWordSize + Node::_capnpPrivate::pointerCount;
}

/// Builds a record of a size known beforehand right where it will stay: a builder's single segment
/// is a flat record, and nothing needs to be copied out of it.
class FlatBuilder final : public capnp::MessageBuilder {
  public:
    explicit FlatBuilder(std::size_t words) : words_(words) {}

    kj::ArrayPtr<capnp::word> allocateSegment(capnp::uint minimum) override {
        VITRINE_ASSERT(!given_ && minimum <= words_.size(), minimum, words_.size());
        given_ = true;
        return {reinterpret_cast<capnp::word*>(words_.data()), words_.size()};
    }

    /// The record. Nothing may be built after it.
    core::WordBuffer take() {
        const auto segments = getSegmentsForOutput();
        VITRINE_ASSERT(segments.size() == 1 && segments[0].size() == words_.size(),
                       segments[0].size(), words_.size());
        return std::move(words_);
    }

  private:
    core::WordBuffer words_;
    bool given_ = false;
};

/// Writes the keys; `key_at(i)` for `first` <= i < count. Those before `first` are blank.
template <class Builder, class KeyAt>
void write_keys(Builder node, const KeysSize& size, std::uint32_t first, KeyAt key_at) {
    const auto count = static_cast<std::uint32_t>(size.count());
    if (count != 0) {
        auto heads = node.initHeads(count);
        const std::size_t cut = size.prefix().size();
        for (std::uint32_t i = first; i < count; ++i) {
            const ByteSpan key = key_at(i);
            VITRINE_ASSERT(!size.fixed_keys() || key.size() == kHeadBytes, key.size());
            heads.set(i, head_of(key.subspan(cut)));
        }
    }
    if (size.fixed_keys()) {
        node.setFixedKeys(true);
        return;
    }
    const ByteSpan prefix = size.prefix();
    if (!prefix.empty()) {
        auto out = node.initPrefix(static_cast<std::uint32_t>(prefix.size()));
        std::memcpy(out.begin(), prefix.data(), prefix.size());
    }
    auto offsets = node.initSuffixOffsets(count + 1);
    if (size.suffix_bytes() == 0) return;  // all offsets are 0
    auto suffixes = node.initSuffixes(static_cast<std::uint32_t>(size.suffix_bytes()));
    std::uint32_t end = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (i >= first) {
            const ByteSpan suffix = key_at(i).subspan(prefix.size());
            if (!suffix.empty()) std::memcpy(suffixes.begin() + end, suffix.data(), suffix.size());
            end += static_cast<std::uint32_t>(suffix.size());
        }
        offsets.set(i + 1, end);
    }
}

}  // namespace vitrine::btree::detail
