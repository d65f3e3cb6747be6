#include "core/lmdb/file_header.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include <vitrine/error.hpp>

#include "core/lmdb/meta_row.hpp"
#include "core/lmdb/pages.hpp"

namespace vitrine::core::lmdb {
namespace {

using Page = std::array<std::byte, kPageBytes>;

/// MDB_db: one B-tree.
struct TreeHead {
    std::uint16_t depth = 0;
    std::uint64_t root = 0;

    [[nodiscard]] bool sound(std::uint64_t last_page) const {
        constexpr std::uint16_t kMaxDepth = 32;  // LMDB's cursor stack
        if (root == kNoPage) return depth == 0;
        return root >= 2 && root <= last_page && depth >= 1 && depth <= kMaxDepth;
    }
};

/// MDB_meta.
struct Meta {
    bool magic = false;
    std::uint32_t format = 0;
    std::uint32_t page_bytes = 0;
    std::uint64_t map_bytes = 0;
    TreeHead free_list;
    TreeHead main;
    std::uint64_t last_page = 0;
    std::uint64_t transaction = 0;
};

TreeHead parse_tree(const std::byte* tree) {
    return {load<std::uint16_t>(tree, 6), load<std::uint64_t>(tree, 40)};
}

Meta parse_meta(const std::byte* page) {
    const std::byte* at = page + kPageHeaderBytes;
    Meta meta;
    meta.magic = (load<std::uint16_t>(page, kPageFlagsAt) & kMetaPage) != 0 &&
                 load<std::uint32_t>(at, 0) == kMetaMagic;
    meta.format = load<std::uint32_t>(at, 4);
    meta.map_bytes = load<std::uint64_t>(at, 16);
    meta.page_bytes = load<std::uint32_t>(at, 24);
    meta.free_list = parse_tree(at + 24);
    meta.main = parse_tree(at + 72);
    meta.last_page = load<std::uint64_t>(at, 120);
    meta.transaction = load<std::uint64_t>(at, 128);
    return meta;
}

[[noreturn]] void refuse(const std::string& name) {
    throw StorageError(name + ": not a Vitrine store");
}

[[noreturn]] void damaged(const std::string& name, const char* what) {
    throw CorruptionError(name + ": the store's header is damaged: " + what);
}

/// Looks for the store's own row, where both meta pages are gone: is this a ruin or a stranger?
bool has_store_row(int descriptor, std::uint64_t file_bytes) {
    constexpr std::uint64_t kSearchedBytes = 1 << 20;
    std::vector<std::byte> bytes(std::min(file_bytes, kSearchedBytes));
    if (!read_fully(descriptor, bytes.data(), bytes.size(), 0)) return false;
    const auto* magic = reinterpret_cast<const std::byte*>(&kMagic);
    return std::search(bytes.begin(), bytes.end(), magic, magic + sizeof kMagic) != bytes.end();
}

bool all_zero(const Page& page) {
    return std::all_of(page.begin(), page.end(), [](std::byte b) { return b == std::byte{0}; });
}

/// Roots lie before `end`.
void check_meta(const Meta& meta, std::uint64_t end, const std::string& name) {
    if (meta.last_page < 1 || meta.last_page >= meta.map_bytes / kPageBytes) {
        damaged(name, "an impossible size");
    }
    if (!meta.free_list.sound(end - 1) || !meta.main.sound(end - 1)) {
        damaged(name, "a tree without a root");
    }
}

/// Each commit writes the meta page of its number's parity, so the two are neighbours.
bool are_neighbours(const Meta& even, const Meta& odd) {
    if (even.transaction == 0 && odd.transaction == 0) return true;
    return even.transaction % 2 == 0 && odd.transaction % 2 == 1 &&
           (even.transaction + 1 == odd.transaction || odd.transaction + 1 == even.transaction);
}

}  // namespace

FileHeader read_file_header(int descriptor, const std::string& name) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) {
        throw StorageError(name + ": " + std::generic_category().message(errno));
    }
    const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
    if (file_bytes == 0) return {.fresh = true};

    std::array<Page, 2> pages{};
    if (!read_fully(descriptor, pages.data(), std::min<std::size_t>(file_bytes, sizeof pages), 0) &&
        errno != 0)
        throw StorageError(name + ": " + std::generic_category().message(errno));
    const std::array<Meta, 2> metas{parse_meta(pages[0].data()), parse_meta(pages[1].data())};
    // A crash during creation can leave the file's size without its bytes, or one page of two. What
    // ends before a page's number of transaction does not say that it is 0.
    constexpr std::size_t kMetaEnd = kPageHeaderBytes + 136;
    const auto unborn = [&](std::size_t i) {
        if (!metas[i].magic) return all_zero(pages[i]);
        return metas[i].transaction == 0 && file_bytes >= i * kPageBytes + kMetaEnd;
    };
    if (file_bytes <= sizeof pages && unborn(0) && unborn(1)) return {.fresh = true};
    if (!metas[0].magic && !metas[1].magic) {
        if (has_store_row(descriptor, file_bytes)) damaged(name, "both meta pages are gone");
        refuse(name);
    }
    if (file_bytes < sizeof pages) damaged(name, "the file was cut short");
    if (!metas[0].magic || !metas[1].magic) damaged(name, "one of two meta pages is gone");
    for (const Meta& meta : metas) {
        if (metas[0].format != metas[1].format || metas[0].page_bytes != metas[1].page_bytes) {
            damaged(name, "its meta pages differ");
        }
        if (meta.format != kMetaFormat) {
            throw StorageError(name + ": LMDB file format " + std::to_string(meta.format) +
                               ", this library reads " + std::to_string(kMetaFormat));
        }
        if (meta.page_bytes != kPageBytes || ::sysconf(_SC_PAGESIZE) != long{kPageBytes}) {
            throw StorageError(name + ": pages of " + std::to_string(meta.page_bytes) +
                               " bytes, this library reads " + std::to_string(kPageBytes));
        }
    }
    if (!are_neighbours(metas[0], metas[1])) damaged(name, "its commits are out of order");

    const Meta& newest = metas[0].transaction < metas[1].transaction ? metas[1] : metas[0];
    if (newest.transaction == 0) return {.fresh = true};
    const std::uint64_t pages_there = file_bytes / kPageBytes;
    for (const Meta& meta : metas) {
        // Where a commit's meta page could not be written, LMDB puts back the number and the size of
        // the older one that was there, but not its roots, which it never looks at again.
        const std::uint64_t end = meta.last_page + 1;
        check_meta(meta, &meta == &newest ? end : std::max(end, pages_there), name);
    }
    const FileHeader header{false, newest.last_page + 1, newest.free_list.root, newest.main.root};
    if (pages_there < header.pages && !all_free_from(pages_there, header, descriptor)) {
        throw CorruptionError(name + ": the file was cut short: it has " +
                              std::to_string(file_bytes) + " of " +
                              std::to_string(header.pages * kPageBytes) + " bytes");
    }
    return header;
}

}  // namespace vitrine::core::lmdb
