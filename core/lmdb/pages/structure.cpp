#include "core/lmdb/pages/structure.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include <vitrine/error.hpp>

namespace vitrine::core::lmdb {
namespace {

constexpr std::array<std::string_view, 6> kTables{"objects", "kept", "types",
                                                  "commits", "meta", "sums"};

/// Zeros, or less than two pages of anything: what a crash may leave of a creation.
bool is_fresh(const PageFile& file) {
    if (file.bytes() == 0) return true;
    const MetaPage zero = read_meta_page(file, 0), one = read_meta_page(file, 1);
    if (zero.readable && one.readable) return zero.transaction == 0 && one.transaction == 0;
    if (file.pages() > 2) return false;
    Page page;
    for (std::uint64_t number = 0; number < file.pages(); ++number) {
        const auto empty = [](std::byte byte) { return byte == std::byte{0}; };
        if (!file.read(number, page) || !std::all_of(page.bytes.begin(), page.bytes.end(), empty))
            return false;
    }
    return true;
}

bool is_own_table(std::string_view name) {
    return std::find(kTables.begin(), kTables.end(), name) != kTables.end();
}

/// What is wrong with it, or nothing.
std::string fault_of_tables(const Page& page, std::uint64_t root) {
    if (page.stored_number() != root) return "is another one";
    if (!page.leaf()) return "is no leaf";
    if (!page.bounds_sound()) return "has no sound bounds";
    for (std::size_t i = 0; i < page.slots(); ++i) {
        const auto node = node_at(page, page.slot(i), false);
        if (!node || node->at < page.upper()) return "has an entry outside of its place";
        const std::string_view name(reinterpret_cast<const char*>(node->key.data()),
                                    node->key.size());
        if (node->flags != kSubTable || !is_own_table(name)) continue;  // a stranger's
        if (node->value.size() != kTableHeadBytes) return "has a head of another size";
        if (parse_table_head(node->value, std::string(name)).flags != 0)
            return "has a table of unknown flags";  // among them the order of keys
    }
    return {};
}

}  // namespace

void require_tables(const PageFile& file, std::uint64_t root) {
    Page page;
    if (root == kNoPage) return;
    if (root >= file.pages())
        throw CorruptionError(fmt::format("{}: its page {} is missing", file.name(), root));
    if (!file.read(root, page))
        throw StorageError(fmt::format("{}: its page {} cannot be read", file.name(), root));
    if (page.branch() && page.stored_number() == root)
        throw StorageError(fmt::format(
            "{}: not a Vitrine store (a stranger's LMDB file), or its page {} is damaged",
            file.name(), root));
    if (const std::string fault = fault_of_tables(page, root); !fault.empty())
        throw CorruptionError(fmt::format("{}: not a store, or damaged: page {}, of the tables, {}",
                                          file.name(), root, fault));
}

void check_heads(const Layout& layout, std::vector<PageFault>& faults) {
    for (const std::string_view name : kTables) {
        const auto named = [&](const TableHead& table) { return table.name == name; };
        if (std::none_of(layout.tables.begin(), layout.tables.end(), named))
            faults.push_back({layout.meta.main.root, "", fmt::format("no table {}", name)});
    }
    for (const TableHead& table : layout.tables)
        if (table.flags != 0)
            faults.push_back({layout.meta.main.root, table.name, "its flags are unknown"});
    if (!layout.state) faults.push_back({layout.meta.main.root, "meta", "the store's row is lost"});
}

std::vector<PageFault> check_structure(const PageFile& file) {
    std::vector<PageFault> faults;
    if (is_fresh(file)) return faults;
    const Layout layout = find_layout(file, faults);
    check_heads(layout, faults);
    Census census(file, layout.meta.last_page, faults);
    const auto nothing = [](const Visit&) {};
    census.take_free_list(layout.meta.free_list);
    census.walk(layout.meta.main, nothing);
    for (const TableHead& table : layout.tables) census.walk(table, nothing);
    census.check_unclaimed();
    return faults;
}

void require_structure(const PageFile& file) {
    const std::vector<PageFault> faults = check_structure(file);
    if (faults.empty()) return;
    constexpr std::size_t kShown = 3;
    std::string text = file.name() + ": the file is damaged: ";
    for (std::size_t i = 0; i < std::min(kShown, faults.size()); ++i)
        text += (i == 0 ? "" : "; ") + to_text(faults[i]);
    if (faults.size() > kShown) text += fmt::format("; and {} more", faults.size() - kShown);
    throw CorruptionError(text);
}

}  // namespace vitrine::core::lmdb
