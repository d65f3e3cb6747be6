#include "tests/bench/dataset.hpp"

#include <algorithm>

namespace vitrine::bench {

std::vector<std::uint32_t> in_key_order(Content content, std::size_t keys) {
    std::vector<std::uint32_t> order(keys);
    std::iota(order.begin(), order.end(), 0U);
    if (content == Content::texts)
        // The digits of a key are those of a number.
        std::sort(order.begin(), order.end(), [](std::uint32_t a, std::uint32_t b) {
            return Random::mix(a + 1ULL) < Random::mix(b + 1ULL);
        });
    return order;
}

}  // namespace vitrine::bench
