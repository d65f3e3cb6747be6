#include "core/lmdb/meta_row.hpp"

#include <cstring>
#include <vector>

#include <vitrine/error.hpp>

#include "core/record.hpp"

namespace vitrine::core::lmdb {
namespace {

using Nanoseconds = std::chrono::duration<std::int64_t, std::nano>;

std::uint64_t to_number(Time time) {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<Nanoseconds>(time.time_since_epoch()).count());
}

Time to_time(std::uint64_t number) {
    const Nanoseconds since_epoch(static_cast<std::int64_t>(number));
    return Time(std::chrono::duration_cast<Time::duration>(since_epoch));
}

}  // namespace

MetaRow encode_meta(const StorageState& state) {
    MetaRow row{
        kMagic, kFormatVersion, state.newest.value(), to_number(state.time), state.next_object_id,
        0};
    row.back() = hash_payload(Words(row).first(row.size() - 1));
    return row;
}

StorageState decode_meta(const MDB_val& value, const std::string& file) {
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
                return {Version{row[2]}, to_time(row[3]), row[4]};
            }
        }
    }
    throw CorruptionError(file + ": the store's header row is damaged");
}

}  // namespace vitrine::core::lmdb
