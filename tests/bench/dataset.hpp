#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace vitrine::bench {

constexpr std::size_t kValueBytes = 100;

using Value = std::array<std::byte, kValueBytes>;
using TextKey = std::array<char, 16>;

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

/// The indices of the keys that a thread asks for, drawn before the clock runs.
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

inline Value value_of(std::uint64_t index) {
    Value value;
    for (std::size_t i = 0; i < value.size(); ++i)
        value[i] = static_cast<std::byte>(Random::mix(index) >> (i % 8 * 8));
    return value;
}

/// 16 hexadecimal digits, spread evenly.
inline TextKey text_key(std::uint64_t index) {
    constexpr char kDigits[] = "0123456789abcdef";
    const std::uint64_t number = Random::mix(index + 1);
    TextKey key;
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = kDigits[number >> (60 - 4 * i) & 15];
    return key;
}

}  // namespace vitrine::bench
