#pragma once

#include <string_view>

#include <vitrine/bytes.hpp>

namespace vitrine::capi {

/// Whether bytes are an encoded key of that kind, just as encoding makes it.
/// Throws: UsageError when there is no such kind.
bool is_key(std::string_view kind, BytesView key);

}  // namespace vitrine::capi
