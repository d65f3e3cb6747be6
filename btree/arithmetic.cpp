#include "btree/arithmetic.hpp"

#include <bit>

namespace vitrine::btree {

bool is_number(std::string_view kind) {
    return kind == "double" || kind == "i8" || kind == "i16" || kind == "i32" || kind == "i64" ||
           kind == "u8" || kind == "u16" || kind == "u32" || kind == "u64";
}

std::uint64_t add_words(std::string_view kind, std::uint64_t a, std::uint64_t b) {
    if (kind == "double")
        return std::bit_cast<std::uint64_t>(std::bit_cast<double>(a) + std::bit_cast<double>(b));
    const std::uint64_t sum = a + b;
    // Values are kept extended to 64 bits, as their sign demands.
    if (kind == "i8") return static_cast<std::uint64_t>(static_cast<std::int8_t>(sum));
    if (kind == "i16") return static_cast<std::uint64_t>(static_cast<std::int16_t>(sum));
    if (kind == "i32") return static_cast<std::uint64_t>(static_cast<std::int32_t>(sum));
    if (kind == "u8") return static_cast<std::uint8_t>(sum);
    if (kind == "u16") return static_cast<std::uint16_t>(sum);
    if (kind == "u32") return static_cast<std::uint32_t>(sum);
    return sum;
}

}  // namespace vitrine::btree
