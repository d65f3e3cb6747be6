#pragma once

#include <xxhash.h>

#include <cstdint>

#include "core/storage.hpp"

namespace vitrine::core::archive {

/// A fingerprint of a set of rows, the same in any order: what was read against what was written.
/// Source: XXH3-64 (Yann Collet, xxHash 0.8) of each row, added up.
struct RowSum {
    std::uint64_t rows = 0;
    std::uint64_t sum = 0;

    void add(RowKey key, Words row) {
        ++rows;
        sum += of(key, row);
    }
    void remove(RowKey key, Words row) {
        --rows;
        sum -= of(key, row);
    }
    friend bool operator==(const RowSum&, const RowSum&) = default;

  private:
    static std::uint64_t of(RowKey key, Words row) {
        const std::uint64_t name[] = {key.id.value, key.version.value()};
        return XXH3_64bits_withSeed(row.data(), row.size_bytes(), XXH3_64bits(name, sizeof name));
    }
};

}  // namespace vitrine::core::archive
