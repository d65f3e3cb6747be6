#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/lmdb/file_header.hpp"
#include "core/lmdb/pages.hpp"

namespace vitrine::core::lmdb {

using Bytes = std::span<const std::byte>;

/// A page as it lies in the file, of which nothing is believed before it was looked at.
struct Page {
    alignas(8) std::array<std::byte, kPageBytes> bytes{};
    std::uint64_t number = 0;

    [[nodiscard]] std::uint64_t stored_number() const { return get<std::uint64_t>(0); }
    [[nodiscard]] std::uint16_t flags() const { return get<std::uint16_t>(kPageFlagsAt); }
    [[nodiscard]] std::uint16_t lower() const { return get<std::uint16_t>(12); }
    [[nodiscard]] std::uint16_t upper() const { return get<std::uint16_t>(14); }
    /// Of the first page of a value that has pages of its own.
    [[nodiscard]] std::uint32_t overflow_pages() const { return get<std::uint32_t>(12); }

    [[nodiscard]] bool branch() const { return flags() == kBranchPage; }
    [[nodiscard]] bool leaf() const { return flags() == kLeafPage; }

    /// The places of nodes end at `lower`, the nodes begin at `upper`.
    [[nodiscard]] bool bounds_sound() const {
        return lower() >= kPageHeaderBytes && lower() % 2 == 0 && upper() % 2 == 0 &&
               lower() <= upper() && upper() <= kPageBytes;
    }
    /// How many places of nodes there are. Requires: bounds_sound().
    [[nodiscard]] std::size_t slots() const { return (lower() - kPageHeaderBytes) / 2U; }
    [[nodiscard]] std::size_t slot(std::size_t index) const {
        return get<std::uint16_t>(kPageHeaderBytes + 2 * index);
    }
    [[nodiscard]] Bytes part(std::size_t from, std::size_t size) const {
        return Bytes(bytes).subspan(from, size);
    }

    /// Requires: `at` and the number's bytes are within the page.
    template <class T>
    [[nodiscard]] T get(std::size_t at) const {
        return load<T>(bytes.data(), at);
    }
};

inline constexpr std::size_t kNodeHeaderBytes = 8;
inline constexpr std::uint16_t kBigData = 0x01;   ///< the value has pages of its own
inline constexpr std::uint16_t kSubTable = 0x02;  ///< the value is the head of a table

/// A key with its value or its child. Lifetime: borrows from the page.
struct Node {
    std::size_t at = 0;   ///< where it begins in the page
    std::size_t end = 0;  ///< where it ends
    std::uint16_t flags = 0;
    Bytes key{};
    std::uint64_t child = 0;       ///< in branches: a page number
    std::uint64_t value_size = 0;  ///< in leaves
    Bytes value{};                 ///< in leaves: in place; empty with kBigData
    std::uint64_t overflow = 0;    ///< with kBigData: the value's first page

    [[nodiscard]] bool big() const { return (flags & kBigData) != 0; }
};

/// The node at `at`; nothing when it would reach outside of the page.
inline std::optional<Node> node_at(const Page& page, std::size_t at, bool branch) {
    if (at % 2 != 0 || at < kPageHeaderBytes || at + kNodeHeaderBytes > kPageBytes) return {};
    Node node;
    node.at = at;
    node.flags = page.get<std::uint16_t>(at + 4);
    const std::size_t key_at = at + kNodeHeaderBytes;
    const std::size_t key_size = page.get<std::uint16_t>(at + 6);
    const std::size_t value_at = key_at + key_size;
    if (value_at > kPageBytes) return {};
    node.key = page.part(key_at, key_size);
    std::size_t end = value_at;
    if (branch) {
        node.child = std::uint64_t{node.flags} << 32 | page.get<std::uint32_t>(at);
        node.flags = 0;
    } else {
        node.value_size = page.get<std::uint32_t>(at);
        const std::size_t in_place = node.big() ? sizeof(std::uint64_t) : node.value_size;
        if (in_place > kPageBytes - value_at) return {};
        if (node.big()) {
            node.overflow = page.get<std::uint64_t>(value_at);
        } else {
            node.value = page.part(value_at, in_place);
        }
        end += in_place;
    }
    node.end = end + end % 2;
    return node;
}

/// How many pages a value of that size takes for itself.
constexpr std::uint64_t overflow_pages_for(std::uint64_t value_size) {
    return (kPageHeaderBytes + value_size + kPageBytes - 1) / kPageBytes;
}

}  // namespace vitrine::core::lmdb
