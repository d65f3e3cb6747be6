#include "core/lmdb/meta_row.hpp"

#include <cstring>
#include <vector>

#include <vitrine/error.hpp>

#include "core/record.hpp"
#include "core/retention_words.hpp"
#include "core/times.hpp"

namespace vitrine::core::lmdb {
MetaRow encode_meta(const StorageState& state, const Bond& bond) {
    const History& history = state.history;
    MetaRow row{kMagic,
                kFormatVersion,
                state.newest.value(),
                to_number(state.time),
                state.next_object_id,
                static_cast<Word>(history.retention.kind()),
                history.retention.amount(),
                history.oldest.value(),
                state.identity.high,
                state.identity.low,
                state.log ? state.log->log : 0,
                state.log ? state.log->start : 0,
                state.step ? state.step->to.value() : 0,
                state.step ? state.step->below.value : 0,
                bond.transaction,
                bond.sums,
                0};
    row.back() = hash_payload(Words(row).first(row.size() - 1));
    return row;
}

StorageState decode_meta(const MDB_val& value, const std::string& file, Bond* bond) {
    constexpr std::size_t kMaxWords = 512;  // room for later formats
    const std::size_t count = value.mv_size / sizeof(Word);
    std::array<Word, kMaxWords> buffer;
    if (value.mv_size % sizeof(Word) == 0 && count >= 3 && count <= kMaxWords) {
        std::memcpy(buffer.data(), value.mv_data, value.mv_size);  // this table is not aligned
        const Words row = Words(buffer).first(count);
        if (row[0] == kMagic && row.back() == hash_payload(row.first(count - 1))) {
            if (row[1] != kFormatVersion) {
                throw StorageError(file + ": the store has format version " +
                                   std::to_string(row[1]) + ", this library reads version " +
                                   std::to_string(kFormatVersion));
            }
            if (count == std::tuple_size_v<MetaRow>) {
                const auto retention = to_retention(row[5], row[6]);
                if (!retention)
                    throw CorruptionError(file + ": the store's header names no known retention");
                if (bond != nullptr) *bond = {row[14], row[15]};
                StorageState state{Version{row[2]},
                                   to_time(row[3]),
                                   row[4],
                                   {*retention, Version{row[7]}},
                                   {row[8], row[9]}};
                if (row[10] != 0) state.log = LogMark{row[10], row[11]};
                if (row[12] != 0) state.step = CheckpointStep{Version{row[12]}, ObjectId{row[13]}};
                return state;
            }
        }
    }
    throw CorruptionError(file + ": the store's header row is damaged");
}

}  // namespace vitrine::core::lmdb
