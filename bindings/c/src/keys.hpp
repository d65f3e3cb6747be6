#pragma once

#include <vitrine.h>

#include <cstring>
#include <string_view>

#include <vitrine/bytes.hpp>

namespace vitrine::capi {

/// Whether bytes are an encoded key of that kind, just as encoding makes it.
/// Throws: UsageError when there is no such kind.
bool is_key(std::string_view kind, BytesView key);

/// Requires: no more than VITRINE_MAX_KEY_BYTES.
inline void set_key(vitrine_key& key, BytesView bytes) {
    if (!bytes.empty()) std::memcpy(key.bytes, bytes.data(), bytes.size());
    key.size = bytes.size();
}

}  // namespace vitrine::capi
