#include <set>
#include <vector>

#include "core/lmdb/file_header.hpp"
#include "core/lmdb/pages.hpp"

namespace vitrine::core::lmdb {
namespace {

/// Walks LMDB's free list by reading the file, not the map, trusting nothing that it reads.
class FreeList {
  public:
    FreeList(std::uint64_t first, std::uint64_t end, int descriptor)
        : first_(first), end_(end), descriptor_(descriptor) {}

    /// Collects the free pages in [first, end); false when the list itself cannot be read.
    bool walk(std::uint64_t page_number, unsigned depth) {
        constexpr unsigned kMaxDepth = 32;
        std::vector<std::byte> page(kPageBytes);
        if (depth == kMaxDepth || !read_page(page_number, page)) return false;
        const auto flags = load<std::uint16_t>(page.data(), kPageFlagsAt);
        const auto lower = load<std::uint16_t>(page.data(), 12);
        if (lower < kPageHeaderBytes || lower > kPageBytes) return false;
        for (std::size_t slot = kPageHeaderBytes; slot + 1 < lower; slot += 2) {
            const auto node = load<std::uint16_t>(page.data(), slot);
            if (node < lower || node + std::size_t{kNodeHeaderBytes} > kPageBytes) return false;
            const bool good =
                (flags & kBranchPage) != 0 ? walk_child(page, node, depth) : read_list(page, node);
            if (!good) return false;
        }
        return (flags & (kBranchPage | kLeafPage)) != 0;
    }

    [[nodiscard]] bool complete() const { return free_.size() == end_ - first_; }

  private:
    static constexpr std::size_t kNodeHeaderBytes = 8;
    static constexpr std::uint16_t kBigData = 0x01;

    bool read_page(std::uint64_t number, std::vector<std::byte>& page) const {
        return number < first_ &&  // pages from there on are the missing ones
               read_fully(descriptor_, page.data(), page.size(), number * kPageBytes);
    }

    bool walk_child(const std::vector<std::byte>& page, std::size_t node, unsigned depth) {
        const std::uint64_t low = load<std::uint32_t>(page.data(), node);
        const std::uint64_t high = load<std::uint16_t>(page.data(), node + 4);
        return walk(high << 32 | low, depth + 1);
    }

    bool read_list(const std::vector<std::byte>& page, std::size_t node) {
        const std::size_t bytes = load<std::uint32_t>(page.data(), node);
        const auto flags = load<std::uint16_t>(page.data(), node + 4);
        const auto key_bytes = load<std::uint16_t>(page.data(), node + 6);
        const std::size_t data = node + kNodeHeaderBytes + key_bytes;
        if ((flags & kBigData) == 0) {
            return data + bytes <= kPageBytes && collect(page.data() + data, bytes);
        }
        if (data + sizeof(std::uint64_t) > kPageBytes) return false;
        const auto overflow = load<std::uint64_t>(page.data(), data);
        if (overflow >= first_ || bytes > (first_ - overflow) * kPageBytes) return false;
        std::vector<std::byte> list(bytes);
        return read_fully(descriptor_, list.data(), bytes,
                          overflow * kPageBytes + kPageHeaderBytes) &&
               collect(list.data(), bytes);
    }

    /// A list is its length, then that many page numbers.
    bool collect(const std::byte* list, std::size_t bytes) {
        if (bytes < sizeof(std::uint64_t)) return false;
        const auto count = load<std::uint64_t>(list, 0);
        if (count > bytes / sizeof(std::uint64_t) - 1) return false;
        for (std::uint64_t i = 1; i <= count; ++i) {
            const auto page = load<std::uint64_t>(list, i * sizeof(std::uint64_t));
            if (page >= first_ && page < end_) free_.insert(page);
        }
        return true;
    }

    std::uint64_t first_;
    std::uint64_t end_;
    int descriptor_;
    std::set<std::uint64_t> free_;
};

}  // namespace

bool all_free_from(std::uint64_t first, const FileHeader& header, int descriptor) {
    if (header.free_list_root == kNoPage) return false;
    FreeList list(first, header.pages, descriptor);
    return list.walk(header.free_list_root, 0) && list.complete();
}

}  // namespace vitrine::core::lmdb
