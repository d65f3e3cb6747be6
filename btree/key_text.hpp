#pragma once

#include <string>

#include <vitrine/detail/tree_reader.hpp>

namespace vitrine::btree {

/// Longer texts are cut in messages. Unit: characters shown.
inline constexpr std::size_t kShownChars = 64;

/// A key as messages show it: `-7`, `"station-3"`, `("station-3", 100)`; texts escaped and cut.
/// Bytes that are no key of that kind are shown as bytes_text().
std::string key_text(const TreeKind& kind, ByteSpan key);

/// Any bytes as a quoted text, escaped and cut: `"abc\x00…"`.
std::string bytes_text(ByteSpan bytes);

}  // namespace vitrine::btree
