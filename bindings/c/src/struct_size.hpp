#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "bindings/c/src/error.hpp"

namespace vitrine::capi {

// Structs of the caller, which begin with their size: he may have been compiled with an older or a
// newer header than this library. What he does not know keeps its default, zero.

/// Throws: UsageError when struct_size was not set.
template <class S>
std::size_t size_of(const S& given, const char* name) {
    if (given.struct_size < sizeof(std::size_t))
        throw UsageError(fmt::format("{}.struct_size is {}: set it to sizeof the struct", name,
                                     given.struct_size));
    return given.struct_size;
}

/// NULL is all defaults. Throws: UsageError when members are set that this release does not have.
template <class S>
S take(const S* given, const char* name) {
    S taken{};
    if (given == nullptr) return taken;
    const std::size_t size = size_of(*given, name);
    const auto* bytes = reinterpret_cast<const unsigned char*>(given);
    if (std::any_of(bytes + std::min(size, sizeof(S)), bytes + size, [](auto b) { return b != 0; }))
        throw UsageError(fmt::format("{} asks for what this release does not have", name));
    std::memcpy(&taken, given, std::min(size, sizeof(S)));
    return taken;
}

/// Fills as much as the caller has room for; zeros what he has more. Throws: UsageError.
template <class S>
void fill(S* place, const S& value, const char* name) {
    const std::size_t size = size_of(need(place, name), name);
    auto* bytes = reinterpret_cast<unsigned char*>(place);
    std::memcpy(bytes, &value, std::min(size, sizeof(S)));
    std::fill(bytes + std::min(size, sizeof(S)), bytes + size, static_cast<unsigned char>(0));
    place->struct_size = size;
}

}  // namespace vitrine::capi
