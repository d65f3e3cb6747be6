#pragma once

#include <cstddef>

namespace vitrine::btree {

/// Longest row of a node, its header included, unless a single entry is longer. LMDB keeps a value
/// of up to 4080 bytes on one overflow page, which costs no more to write than a small one; a few
/// bytes more cost a second page.
inline constexpr std::size_t kRowBytes = 4080;

/// Longer values are objects of their own: one inline would push its neighbours out of the leaf.
inline constexpr std::size_t kInlineValueBytes = 1024;

/// Bounds the work of rewriting a node for one entry; sets of numbers come nearest (500 a row).
inline constexpr std::size_t kNodeEntries = 512;

/// How large a node may become.
struct Limits {
    std::size_t max_row_bytes = kRowBytes;
    std::size_t max_entries = kNodeEntries;
};

/// How entries that do not fit one node are spread over several.
enum class Fill {
    even,  ///< about the same bytes in each: room for what comes later, wherever it comes
    full,  ///< as many as fit in each: sorted loads
};

}  // namespace vitrine::btree
