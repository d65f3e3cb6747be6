#include "core/lmdb/row_sums.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "core/lmdb/keys.hpp"

namespace vitrine::core::lmdb {

std::uint64_t group_of(Summed table, const MDB_val& key) {
    return table == Summed::types ? 0 : key_part(key, 0) / kGroupIds;
}

Word fingerprint(Summed table, const MDB_val& key, const MDB_val& value) {
    const bool value_counts = table == Summed::kept || table == Summed::types;
    const Word of_value = value_counts ? XXH3_64bits(value.mv_data, value.mv_size) : 0;
    return XXH3_64bits_withSeed(key.mv_data, key.mv_size, of_value);
}

Word group_print(Summed table, std::uint64_t group, Word sum) {
    if (sum == 0) return 0;
    const Word parts[] = {static_cast<Word>(table), group, sum};
    return XXH3_64bits(parts, sizeof parts);
}

Word& SumEdits::at(Summed table, std::uint64_t group) {
    const Place place{table, group / kBlockGroups};
    if (last_ == changes_.end() || last_->first != place)
        last_ = changes_.try_emplace(place, SumBlock{}).first;
    return last_->second[group % kBlockGroups];
}

int SumEdits::store(MDB_txn* txn, MDB_dbi sums, Word& total) {
    for (const auto& [place, changes] : changes_) {
        SumKey bytes{
            {swapped(static_cast<std::uint64_t>(place.table)), swapped(place.block), 0, 0}};
        MDB_val key = bytes.value();
        MDB_val value{};
        SumBlock block{};
        int code = mdb_get(txn, sums, &key, &value);
        if (code == MDB_SUCCESS && value.mv_size != sizeof block) return MDB_CORRUPTED;
        if (code == MDB_SUCCESS) std::memcpy(block.data(), value.mv_data, sizeof block);
        if (code != MDB_SUCCESS && code != MDB_NOTFOUND) return code;
        const bool there = code == MDB_SUCCESS;
        for (std::uint64_t i = 0; i < kBlockGroups; ++i) {
            if (changes[i] == 0) continue;
            const std::uint64_t group = place.block * kBlockGroups + i;
            total -= group_print(place.table, group, block[i]);
            block[i] += changes[i];
            total += group_print(place.table, group, block[i]);
        }
        value = {sizeof block, block.data()};
        const bool empty =
            std::all_of(block.begin(), block.end(), [](Word sum) { return sum == 0; });
        if (!empty) {
            code = mdb_put(txn, sums, &key, &value, 0);
        } else if (there) {
            code = mdb_del(txn, sums, &key, nullptr);
        } else {
            code = MDB_SUCCESS;
        }
        if (code != MDB_SUCCESS) return code;
    }
    return MDB_SUCCESS;
}

}  // namespace vitrine::core::lmdb
