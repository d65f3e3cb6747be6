#include "core/lmdb/pages/layout.hpp"

#include <lmdb.h>

#include <algorithm>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/lmdb/meta_row.hpp"
#include "core/lmdb/pages/census.hpp"

namespace vitrine::core::lmdb {
namespace {

std::string_view text_of(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The tables whose heads are on this leaf.
std::vector<TableHead> tables_on(const Page& page) {
    std::vector<TableHead> tables;
    if (!page.leaf() || !page.bounds_sound()) return tables;
    for (std::size_t i = 0; i < page.slots(); ++i) {
        const auto node = node_at(page, page.slot(i), false);
        if (!node || node->flags != kSubTable || node->value.size() != kTableHeadBytes) continue;
        tables.push_back(parse_table_head(node->value, std::string(text_of(node->key))));
    }
    return tables;
}

/// The table of tables has one leaf: there are a handful, and all names are the store's own.
Layout follow(const PageFile& file, const MetaPage& meta) {
    Layout layout{meta};
    Page page;
    if (meta.main.root < 2 || !file.read(meta.main.root, page)) return layout;
    if (page.stored_number() != meta.main.root) return layout;
    layout.tables = tables_on(page);
    for (const TableHead& table : layout.tables)
        if (table.name == "meta") layout.state = read_state(file, table.root);
    return layout;
}

bool parity_fits(const MetaPage& meta, std::uint64_t number) {
    return meta.transaction % 2 == number;
}

void check_meta(const MetaPage& meta, std::uint64_t number, std::vector<PageFault>& faults) {
    const auto fault = [&](std::string what) { faults.push_back({number, "", std::move(what)}); };
    if (!meta.readable) return fault("it is no meta page");
    if (!parity_fits(meta, number) && meta.transaction != 0)
        fault(fmt::format("transaction {} does not belong there", meta.transaction));
    if (meta.last_page < 1 || meta.last_page >= meta.map_bytes / kPageBytes)
        fault(fmt::format("its last page {} is not in the map", meta.last_page));
    // The place where LMDB notes that the map's address is fixed, and the keys' kind.
    constexpr std::uint16_t kFlags = MDB_INTEGERKEY, kNoSubFolder = MDB_NOSUBDIR;
    if ((meta.free_list.flags & ~kNoSubFolder) != kFlags || meta.main.flags != 0)
        fault("its flags are unknown");
}

/// Looks at every page for one that holds the heads of all tables, and takes the newest.
Layout search(const PageFile& file) {
    Layout best;
    std::size_t best_faults = 0;
    Page page;
    for (std::uint64_t number = 2; number < file.pages(); ++number) {
        if (!file.read(number, page) || page.stored_number() != number) continue;
        const std::vector<TableHead> tables = tables_on(page);
        if (tables.size() < 2) continue;
        MetaPage meta;
        meta.main.root = number;
        meta.main.depth = meta.main.leaf_pages = 1;
        meta.main.entries = tables.size();
        meta.last_page = file.pages() - 1;
        Layout found = follow(file, meta);
        if (!found.state || (best.state && found.state->newest < best.state->newest)) continue;
        // A page that was freed long ago may lead to a newer store row, whose page was used anew.
        std::vector<PageFault> faults;
        Census census(file, file.pages() - 1, faults);
        for (const TableHead& table : found.tables) census.walk(table, [](const Visit&) {});
        if (best.state && found.state->newest == best.state->newest && faults.size() >= best_faults)
            continue;
        best = std::move(found);
        best_faults = faults.size();
    }
    best.searched = true;
    best.meta.last_page = file.pages() - 1;
    return best;
}

}  // namespace

std::string to_text(const PageFault& fault) {
    return fault.table.empty()
               ? fmt::format("page {}: {}", fault.page, fault.what)
               : fmt::format("page {} ({}): {}", fault.page, fault.table, fault.what);
}

TableHead parse_table_head(Bytes bytes, std::string name) {
    const std::byte* at = bytes.data();
    return {.name = std::move(name),
            .flags = load<std::uint16_t>(at, 4),
            .depth = load<std::uint16_t>(at, 6),
            .branch_pages = load<std::uint64_t>(at, 8),
            .leaf_pages = load<std::uint64_t>(at, 16),
            .overflow_pages = load<std::uint64_t>(at, 24),
            .entries = load<std::uint64_t>(at, 32),
            .root = load<std::uint64_t>(at, 40)};
}

MetaPage read_meta_page(const PageFile& file, std::uint64_t number) {
    MetaPage meta;
    Page page;
    if (!file.read(number, page)) return meta;
    const std::byte* at = page.bytes.data() + kPageHeaderBytes;
    meta.readable = (page.flags() & kMetaPage) != 0 && page.stored_number() == number &&
                    load<std::uint32_t>(at, 0) == kMetaMagic &&
                    load<std::uint32_t>(at, 4) == kMetaFormat &&
                    load<std::uint32_t>(at, 24) == kPageBytes;
    meta.map_bytes = load<std::uint64_t>(at, 16);
    meta.free_list = parse_table_head(page.part(kPageHeaderBytes + 24, kTableHeadBytes), "");
    meta.main = parse_table_head(page.part(kPageHeaderBytes + 72, kTableHeadBytes), "");
    meta.last_page = load<std::uint64_t>(at, 120);
    meta.transaction = load<std::uint64_t>(at, 128);
    return meta;
}

std::optional<StorageState> read_state(const PageFile& file, std::uint64_t meta_root) {
    Page page;
    // In another page's place it would be another state's row.
    if (meta_root < 2 || !file.read(meta_root, page) || page.stored_number() != meta_root ||
        !page.leaf() || !page.bounds_sound())
        return {};
    std::vector<std::byte> value;
    for (std::size_t i = 0; i < page.slots(); ++i) {
        const auto node = node_at(page, page.slot(i), false);
        if (!node || text_of(node->key) != kMetaKey || !read_value(file, *node, value)) continue;
        try {
            return decode_meta({value.size(), value.data()}, file.name());
        } catch (const CorruptionError&) {
            return {};
        }
    }
    return {};
}

Layout find_layout(const PageFile& file, std::vector<PageFault>& faults) {
    const MetaPage metas[] = {read_meta_page(file, 0), read_meta_page(file, 1)};
    Layout ways[] = {follow(file, metas[0]), follow(file, metas[1])};
    for (std::uint64_t i = 0; i < 2; ++i) check_meta(metas[i], i, faults);
    const auto usable = [](const Layout& way) {
        return way.meta.readable || (way.state && !way.tables.empty());
    };
    const bool zero = usable(ways[0]), one = usable(ways[1]);
    if (!zero && !one) return search(file);
    if (!zero || !one) return std::move(ways[one ? 1 : 0]);
    const bool by_number = metas[1].transaction > metas[0].transaction;
    if (metas[0].transaction != 0 && metas[1].transaction != 0 &&
        std::max(metas[0].transaction, metas[1].transaction) -
                std::min(metas[0].transaction, metas[1].transaction) !=
            1)
        faults.push_back({by_number ? 1u : 0u, "", "the two meta pages are no neighbours"});
    if (ways[0].state && ways[1].state) {
        const bool by_row = ways[1].state->newest > ways[0].state->newest;
        if (ways[0].state->newest != ways[1].state->newest && by_row != by_number) {
            faults.push_back({by_row ? 1u : 0u, "", "the other meta page poses as the newer one"});
            return std::move(ways[by_row ? 1 : 0]);
        }
    }
    return std::move(ways[by_number ? 1 : 0]);
}

}  // namespace vitrine::core::lmdb
