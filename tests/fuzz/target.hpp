#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "core/ids.hpp"

/// What each fuzz target is: a source that defines LLVMFuzzerTestOneInput and seed_inputs(). Under
/// preset `fuzz` it is linked with libFuzzer, elsewhere with standalone_main.cpp.
namespace vitrine::fuzz {

using Bytes = std::vector<std::uint8_t>;

/// Inputs that real encoders made, for mutation to begin with. Always the same ones.
std::vector<Bytes> seed_inputs();

/// A property that must hold for every input: a fuzzer sees the end of the process.
inline void require(bool holds, const char* what) {
    if (holds) [[likely]]
        return;
    std::fprintf(stderr, "WRONG: %s\n", what);
    std::abort();
}

/// Takes an input apart from the front; what is not there any more reads as zeros.
class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

    template <class Number>
    Number number() {
        Number value{};
        const std::size_t there = std::min(sizeof value, rest_.size());
        if (there != 0) std::memcpy(&value, rest_.data(), there);
        rest_ = rest_.subspan(there);
        return value;
    }
    std::span<const std::uint8_t> bytes(std::size_t count) {
        const auto taken = rest_.first(std::min(count, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    std::string_view text(std::size_t count) {
        const auto taken = bytes(count);
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }
    std::string_view all_text() { return text(rest_.size()); }
    /// All that is left, as an aligned copy of whole words.
    std::vector<core::Word> words() {
        std::vector<core::Word> copy(rest_.size() / sizeof(core::Word));
        if (!copy.empty()) std::memcpy(copy.data(), rest_.data(), copy.size() * sizeof(core::Word));
        rest_ = {};
        return copy;
    }
    [[nodiscard]] std::size_t left() const { return rest_.size(); }

  private:
    std::span<const std::uint8_t> rest_;
};

/// Puts an input together.
inline void append(Bytes& out, const void* data, std::size_t size) {
    // Not insert(): g++ 12 sees it write beyond the one byte that was there.
    const std::size_t before = out.size();
    out.resize(before + size);
    if (size != 0) std::memcpy(out.data() + before, data, size);
}
inline void append(Bytes& out, std::string_view text) { append(out, text.data(), text.size()); }
inline void append(Bytes& out, core::Words words) { append(out, words.data(), words.size_bytes()); }

}  // namespace vitrine::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
