#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace vitrine::bench {

constexpr std::size_t kValueBytes = 100;

using Value = std::array<std::byte, kValueBytes>;
using TextKey = std::array<char, 16>;

/// What a file holds: `keys` items, each known by its index.
enum class Content {
    integers,  ///< 8-byte keys, which are the indices
    texts,     ///< 16-byte keys
    accounts,  ///< objects in Vitrine, rows under 8-byte keys elsewhere; they begin with a balance
};

/// Steele, Lea and Flood's SplitMix64: the same numbers on every machine.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    static std::uint64_t mix(std::uint64_t x) {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
        return x ^ (x >> 31);
    }
    std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15U); }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }

  private:
    std::uint64_t state_;
};

/// The indices that a thread asks for, drawn before the clock runs.
inline std::vector<std::uint32_t> uniform(std::size_t keys, std::size_t count, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::uint32_t> drawn(count);
    for (std::uint32_t& index : drawn) index = static_cast<std::uint32_t>(random.below(keys));
    return drawn;
}

/// Every index once, in random order.
inline std::vector<std::uint32_t> shuffled(std::size_t keys, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::uint32_t> order(keys);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = keys; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    return order;
}

/// What both sides take out of a value: its first 8 bytes.
inline std::uint64_t first_word(const void* bytes) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
}

/// `salt` tells a later value of an item from its first one. Cheap: it is made while the clock runs.
inline Value value_of(std::uint64_t index, std::uint64_t salt = 0) {
    Value value;
    std::uint64_t word = Random::mix(index + (salt << 40));
    for (std::size_t i = 0; i < value.size(); i += 8, word += 0x9e3779b97f4a7c15U)
        std::memcpy(value.data() + i, &word, value.size() - i < 8 ? value.size() - i : 8);
    return value;
}

/// An account as a row: its balance, which is the index to begin with, and a memo.
inline Value account_row(std::uint64_t index) {
    Value row;
    row.fill(std::byte{'m'});
    std::memcpy(row.data(), &index, sizeof(index));
    return row;
}

inline Value first_value(Content content, std::uint64_t index) {
    return content == Content::accounts ? account_row(index) : value_of(index);
}

/// 16 hexadecimal digits, spread evenly.
inline TextKey text_key(std::uint64_t index) {
    constexpr char kDigits[] = "0123456789abcdef";
    const std::uint64_t number = Random::mix(index + 1);
    TextKey key;
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = kDigits[number >> (60 - 4 * i) & 15];
    return key;
}

/// A key for stores that order bytes: 8 of them, the highest first, or the text.
struct ByteKey {
    std::array<char, 16> bytes;
    std::size_t size;
    [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
};

inline ByteKey byte_key(Content content, std::uint64_t index) {
    if (content == Content::texts) return {text_key(index), 16};
    ByteKey key{{}, 8};
    const std::uint64_t swapped = __builtin_bswap64(index);
    std::memcpy(key.bytes.data(), &swapped, sizeof(swapped));
    return key;
}

/// The index that an 8-byte ByteKey stands for.
inline std::uint64_t index_of(const void* bytes) { return __builtin_bswap64(first_word(bytes)); }

inline std::string_view chars_of(const Value& value) {
    return {reinterpret_cast<const char*>(value.data()), value.size()};
}

/// All indices, in the order of their keys.
std::vector<std::uint32_t> in_key_order(Content content, std::size_t keys);

}  // namespace vitrine::bench
