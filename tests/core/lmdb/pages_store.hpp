#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <capnp/schema.capnp.h>
#include <capnp/schema.h>

#include "core/lmdb/lmdb_storage.hpp"
#include "core/lmdb/pages/census.hpp"
#include "core/record.hpp"
#include "core/schema/node.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::core::testing {

/// A row as the store writes it: checksummed, its payload a struct of `words` numbers.
inline std::vector<Word> make_record(RowKey key, std::size_t words, std::uint64_t seed) {
    constexpr TypeId kType = 0xabcdef0123456789;
    std::vector<Word> row{kType, 0};
    if (words != 0) {
        std::mt19937_64 random(seed);
        row.push_back(Word{words} << 32);  // a struct with so many words of data, right behind
        for (std::size_t i = 0; i < words; ++i) row.push_back(random());
    }
    row[1] = checksum_row(key.id, key.version, kType, hash_payload(Words(row).subspan(2)));
    return row;
}

/// Objects that come, change and go over many commits, with some history kept: small rows, rows of
/// nearly half a page, and rows with pages of their own.
inline void make_store(const std::filesystem::path& file, std::uint64_t seed, int commits = 30,
                       int changes = 12) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t end) { return random() % end; };
    const auto storage = lmdb::open(file, {.map_bytes = std::uint64_t{1} << 30});
    std::map<std::uint64_t, std::vector<std::uint64_t>> versions;  // of each object
    std::uint64_t next = 16;
    for (int commit = 1; commit <= commits; ++commit) {
        std::map<RowKey, std::vector<Word>> rows;
        Batch batch;
        const Version now{static_cast<std::uint64_t>(commit)};
        for (int i = 0; i < changes; ++i) {
            const std::uint64_t id = below(3) == 0 && next > 20 ? 16 + below(next - 16) : next++;
            const std::uint64_t kind = below(12);
            const std::size_t words = kind == 0   ? 0
                                      : kind == 1 ? 300 + below(2000)
                                      : kind == 2 ? 200 + below(48)
                                                  : 1 + below(40);
            auto& of = versions[id];
            if (!of.empty() && of.back() == now.value()) continue;
            if (of.size() > below(4)) {
                for (const std::uint64_t old : of)
                    batch.erases.push_back({ObjectId{id}, Version{old}});
                of.clear();
            }
            const RowKey key{ObjectId{id}, now};
            rows[key] = make_record(key, words, random());
            of.push_back(now.value());
        }
        std::sort(batch.erases.begin(), batch.erases.end());
        for (const auto& [key, row] : rows) batch.puts.push_back({key.id, key.version, row});
        batch.newest = now;
        batch.time = Time(std::chrono::seconds(commit));
        batch.next_object_id = next;
        batch.commits.push_back({now, batch.time, "commit " + std::to_string(commit), {}});
        for (const auto& put : batch.puts)
            if (batch.commits[0].changed.empty() || batch.commits[0].changed.back() != put.id)
                batch.commits[0].changed.push_back(put.id);
        if (commit == 1) {
            for (const auto node : {capnp::Schema::from<capnp::schema::Method>().getProto(),
                                    capnp::Schema::from<capnp::schema::Field>().getProto()})
                batch.types.push_back({node.getId(), schema::flatten(node)});
            std::sort(batch.types.begin(), batch.types.end(),
                      [](const auto& a, const auto& b) { return a.id < b.id; });
        }
        storage->write(batch);
    }
}

/// Bytes [from, to) of a file.
struct Extent {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

/// Where a row of a sound file is: its node on a leaf, the key in it, and the value.
struct RowPlace {
    std::uint64_t page = 0;
    Extent node{}, key{}, value{};
};
using RowPlaces = std::map<RowKey, RowPlace>;

/// The places of all rows. Requires: the file is sound.
inline RowPlaces places_of(const std::filesystem::path& path) {
    using namespace lmdb;
    const PageFile file(path);
    std::vector<PageFault> faults;
    const Layout layout = find_layout(file, faults);
    Census census(file, layout.meta.last_page, faults);
    RowPlaces places;
    for (const TableHead& table : layout.tables) {
        if (table.name != "objects") continue;
        census.walk(table, [&](const Visit& visit) {
            for (std::size_t i = 0; i < visit.page.slots(); ++i) {
                const auto node = *node_at(visit.page, visit.page.slot(i), false);
                const std::uint64_t at = visit.page.number * kPageBytes + node.at;
                RowPlace place{visit.page.number,
                               {at, visit.page.number * kPageBytes + node.end},
                               {at + 8, at + 24},
                               {at + 24, at + 24 + node.value_size}};
                if (node.big()) {
                    place.value.from = node.overflow * kPageBytes + kPageHeaderBytes;
                    place.value.to = place.value.from + node.value_size;
                }
                const auto part = [&](std::size_t offset) {
                    return __builtin_bswap64(load<std::uint64_t>(node.key.data(), offset));
                };
                places[{ObjectId{part(0)}, Version{~part(8)}}] = place;
            }
        });
    }
    return places;
}

/// How many seeds a test runs: VITRINE_DAMAGE_SEEDS, or so many.
inline std::uint64_t damage_seeds(std::uint64_t otherwise) {
    const char* asked = std::getenv("VITRINE_DAMAGE_SEEDS");
    return asked == nullptr ? otherwise : std::strtoull(asked, nullptr, 10);
}

/// Damages `bytes` in one way; says how.
inline std::string damage_once(std::string& bytes, std::mt19937_64& random) {
    constexpr std::size_t kPage = 4096;
    const auto below = [&](std::uint64_t end) { return random() % end; };
    const std::size_t pages = bytes.size() / kPage;
    if (pages < 3) return "nothing is left to damage";
    const std::size_t page = below(pages);
    char* const at = bytes.data() + page * kPage;
    const std::string name = " of page " + std::to_string(page);
    switch (below(10)) {
        case 0: std::fill_n(at, kPage, '\0'); return "zeros all" + name;
        case 1: {
            const std::size_t sector = below(8) * 512;
            std::fill_n(at + sector, 512, '\0');
            return "zeros sector " + std::to_string(sector) + name;
        }
        case 2: {
            const std::size_t other = below(pages);
            std::swap_ranges(at, at + kPage, bytes.data() + other * kPage);
            return "swaps page " + std::to_string(other) + " with all" + name;
        }
        case 3: {
            const std::size_t from = below(kPage), size = std::min(kPage - from, 1 + below(200));
            for (std::size_t i = 0; i < size; ++i) at[from + i] = static_cast<char>(random());
            return "noise at " + std::to_string(from) + ", " + std::to_string(size) + " bytes" +
                   name;
        }
        case 4:
        case 5: {
            const std::size_t from = below(40);
            at[from] = static_cast<char>(random());
            return "header byte " + std::to_string(from) + name;
        }
        default: {
            const std::size_t from = below(kPage);
            at[from] = static_cast<char>(at[from] ^ (1 << below(8)));
            return "a bit at " + std::to_string(from) + name;
        }
    }
}

}  // namespace vitrine::core::testing
