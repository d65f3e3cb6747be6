#include "core/identity.hpp"

#include <random>

namespace vitrine::core {

Identity make_identity() {
    std::random_device source;
    const auto number = [&] { return std::uint64_t{source()} << 32 | source(); };
    const std::uint64_t high = number();
    return {high, number()};
}

}  // namespace vitrine::core
