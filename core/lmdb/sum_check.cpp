#include "core/lmdb/sum_check.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <mutex>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/lmdb/cursor.hpp"
#include "core/lmdb/keys.hpp"

namespace vitrine::core::lmdb {
namespace {

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

MDB_dbi table_of(const Tables& tables, Summed table) {
    switch (table) {
        case Summed::objects: return tables.objects;
        case Summed::kept: return tables.kept;
        case Summed::types: return tables.types;
        default: return tables.commits;
    }
}

std::size_t key_bytes(Summed table) {
    switch (table) {
        case Summed::objects: return sizeof(ObjectKey);
        case Summed::kept: return sizeof(KeptKey);
        default: return sizeof(TypeKey);
    }
}

/// The sums of one table, group after group.
class StoredSums {
  public:
    StoredSums(Cursor& cursor, Summed table) : cursor_(cursor), table_(table) {}

    /// The first group from `group` on that has a sum; kNone: there is none.
    int next(std::uint64_t group, std::uint64_t& found, Word& sum) {
        for (;;) {
            const std::uint64_t block = group / kBlockGroups;
            if (!loaded_ || block > block_) {
                const int code = load(block);
                if (code != MDB_SUCCESS) return code;
            }
            if (block_ == kNone) {
                found = kNone;
                return MDB_SUCCESS;
            }
            group = std::max(group, block_ * kBlockGroups);
            for (; group / kBlockGroups == block_; ++group) {
                if (sums_[group % kBlockGroups] == 0) continue;
                found = group;
                sum = sums_[group % kBlockGroups];
                return MDB_SUCCESS;
            }
        }
    }

  private:
    int load(std::uint64_t block) {
        SumKey bytes{{swapped(static_cast<std::uint64_t>(table_)), swapped(block), 0, 0}};
        MDB_val key = bytes.value();
        MDB_val value{};
        const int code = cursor_.get(key, value, MDB_SET_RANGE);
        loaded_ = true;
        block_ = kNone;
        if (code == MDB_NOTFOUND) return MDB_SUCCESS;
        if (code != MDB_SUCCESS) return code;
        if (key.mv_size != sizeof bytes || value.mv_size != sizeof sums_) return MDB_CORRUPTED;
        const auto table = static_cast<Summed>(key_part(key, 0));
        if (table < table_ || (table == table_ && key_part(key, 1) < block)) return MDB_CORRUPTED;
        if (table != table_) return MDB_SUCCESS;
        block_ = key_part(key, 1);
        if (block_ > kNone / kBlockGroups / kGroupIds) return MDB_CORRUPTED;
        std::memcpy(sums_.data(), value.mv_data, sizeof sums_);
        return MDB_SUCCESS;
    }

    Cursor& cursor_;
    const Summed table_;
    bool loaded_ = false;
    std::uint64_t block_ = kNone;
    SumBlock sums_{};
};

/// The rows of one table, group after group; their keys must rise.
class Rows {
  public:
    Rows(Cursor& cursor, Summed table) : cursor_(cursor), table_(table) {}

    int seek(std::uint64_t group) {
        std::array<Word, 3> start{table_ == Summed::types ? 0 : swapped(group * kGroupIds)};
        MDB_val sought{key_bytes(table_), start.data()};
        key_ = sought;
        const int code = cursor_.seek(key_, value_);
        there_ = code == MDB_SUCCESS;
        return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
    }
    [[nodiscard]] std::uint64_t group() const { return there_ ? group_of(table_, key_) : kNone; }
    /// Adds up the rows of the current group.
    int sum(Word& total) {
        const std::uint64_t group = this->group();
        while (there_ && group_of(table_, key_) == group) {
            total += fingerprint(table_, key_, value_);
            const MDB_val before = key_;
            const int code = cursor_.get(key_, value_, MDB_NEXT);
            there_ = code == MDB_SUCCESS;
            if (!there_ && code != MDB_NOTFOUND) return code;
            if (there_ && (key_.mv_size != before.mv_size || compare_keys(key_, before) <= 0))
                return MDB_CORRUPTED;
        }
        return MDB_SUCCESS;
    }
    /// Whether a search for the beginning of `group` ends where the walk now stands. At the end of
    /// the table there is nowhere else to end. Requires: no row before this one is of that group.
    int meets(std::uint64_t group, MDB_txn* txn) {
        if (!there_) return MDB_SUCCESS;
        const MDB_val here = key_;
        int code = cursor_.restart(txn);
        if (code != MDB_SUCCESS) return code;
        std::array<Word, 3> start{swapped(group * kGroupIds)};
        MDB_val found{key_bytes(table_), start.data()};
        code = cursor_.get(found, value_, MDB_SET_RANGE);
        if (code == MDB_NOTFOUND) return MDB_CORRUPTED;
        if (code != MDB_SUCCESS) return code;
        return found.mv_data == here.mv_data ? MDB_SUCCESS : MDB_CORRUPTED;
    }

  private:
    Cursor& cursor_;
    const Summed table_;
    MDB_val key_{};
    MDB_val value_{};
    bool there_ = false;
};

constexpr std::uint64_t known_key(Summed table, std::uint64_t group) {
    return (group / kBlockGroups) << 3 | static_cast<std::uint64_t>(table);
}

}  // namespace

bool SumCheck::known(Summed table, std::uint64_t group) const {
    const std::shared_lock lock(mutex_);
    const auto block = known_.find(known_key(table, group));
    return block != known_.end() && (block->second >> group % kBlockGroups & 1) != 0;
}

void SumCheck::note(Summed table, const std::vector<std::uint64_t>& groups) {
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t group : groups)
        known_[known_key(table, group)] |= Word{1} << group % kBlockGroups;
}

void SumCheck::fail(Summed table, std::uint64_t group) const {
    constexpr const char* kNames[] = {"objects", "kept", "types", "commits"};
    const char* name = kNames[static_cast<std::size_t>(table) - 1];
    const std::uint64_t first = group * kGroupIds;
    throw CorruptionError(
        table == Summed::types
            ? fmt::format("{}: the rows of the table {} are not those that were written",
                          environment_.name(), name)
            : fmt::format(
                  "{}: the rows {} to {} of the table {} are not those that were written: a "
                  "page of the file is damaged, lost, or older than the others",
                  environment_.name(), first, first + kGroupIds - 1, name));
}

void SumCheck::require(MDB_txn* txn, Summed table, std::uint64_t first, std::uint64_t last) {
    const bool types = table == Summed::types;
    std::uint64_t group = types ? 0 : first / kGroupIds;
    const std::uint64_t end = types ? 0 : last / kGroupIds;
    while (group < end && known(table, group)) ++group;
    if (group == end && known(table, group)) return;
    Cursor row_cursor, sum_cursor;
    const Tables& tables = environment_.tables();
    const auto expect = [&](int code) {
        if (code == MDB_CORRUPTED) fail(table, group);
        check(code, environment_.name(), "checking rows");
    };
    expect(row_cursor.open(txn, table_of(tables, table)));
    expect(sum_cursor.open(txn, tables.sums));
    Rows rows(row_cursor, table);
    StoredSums sums(sum_cursor, table);
    expect(rows.seek(group));
    std::vector<std::uint64_t> right;
    for (;; ++group) {
        std::uint64_t summed = kNone;
        Word stored = 0;
        expect(sums.next(group, summed, stored));
        group = std::min(rows.group(), summed);
        if (group > end) break;
        Word found = 0;
        if (rows.group() == group) expect(rows.sum(found));
        if (found != (summed == group ? stored : 0)) fail(table, group);
        right.push_back(group);
        if (group == end) break;
    }
    group = end;
    expect(rows.meets(end + 1, txn));
    note(table, right);
}

void SumCheck::require_total(MDB_txn* txn, Word total) const {
    Cursor cursor;
    check(cursor.open(txn, environment_.tables().sums), environment_.name(), "checking sums");
    MDB_val key{};
    MDB_val value{};
    Word found = 0;
    int code = cursor.get(key, value, MDB_FIRST);
    for (; code == MDB_SUCCESS; code = cursor.get(key, value, MDB_NEXT)) {
        SumBlock block{};
        if (key.mv_size != sizeof(SumKey) || value.mv_size != sizeof block) break;
        std::memcpy(block.data(), value.mv_data, sizeof block);
        for (std::uint64_t i = 0; i < kBlockGroups; ++i)
            found += group_print(static_cast<Summed>(key_part(key, 0)),
                                 key_part(key, 1) * kBlockGroups + i, block[i]);
    }
    if (code != MDB_SUCCESS && code != MDB_NOTFOUND)
        throw_error(code, environment_.name(), "checking sums");
    if (code == MDB_SUCCESS || found != total)
        throw CorruptionError(environment_.name() +
                              ": the sums of its rows are not those that were written");
}

}  // namespace vitrine::core::lmdb
