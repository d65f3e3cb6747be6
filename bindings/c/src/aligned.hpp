#pragma once

#include <cstring>
#include <vector>

#include <capnp/common.h>
#include <kj/common.h>

#include "bindings/c/src/error.hpp"

namespace vitrine::capi {

/// Bytes as words, which they need not be aligned for.
inline std::vector<capnp::word> aligned(const void* data, std::size_t size, const char* name) {
    need(data == nullptr ? nullptr : &data, name);
    std::vector<capnp::word> words((size + sizeof(capnp::word) - 1) / sizeof(capnp::word));
    if (size != 0) std::memcpy(words.data(), data, size);
    return words;
}

inline kj::ArrayPtr<const capnp::word> as_array(const std::vector<capnp::word>& words) {
    return {words.data(), words.size()};
}

}  // namespace vitrine::capi
