#include "core/record.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <sstream>

#include <vitrine/error.hpp>

#include "core/payload.hpp"

namespace vitrine::core {
namespace {

[[noreturn]] void fail(ObjectId id, Version version, const char* what) {
    std::ostringstream message;
    message << "object " << to_ref(id) << ", version " << version << ": " << what;
    throw CorruptionError(message.str(), to_ref(id), version);
}

}  // namespace

std::uint64_t hash_payload(Words payload) {
    return XXH3_64bits(payload.data(), payload.size_bytes());
}

std::uint64_t checksum_row(ObjectId id, Version version, TypeId type, std::uint64_t payload_hash) {
    // The place is part of the sum: a good row that turns up under another key is damage too.
    const std::uint64_t place[] = {id.value, version.value(), type};
    return XXH3_64bits_withSeed(place, sizeof place, payload_hash);
}

Record check_row(ObjectId id, Version version, Words row) {
    if (row.size() < kRowHeaderWords) fail(id, version, "its row is cut off");
    const Record record{row[0], row.subspan(kRowHeaderWords)};
    if (row[1] != checksum_row(id, version, record.type, hash_payload(record.payload))) {
        fail(id, version, "its row does not match its checksum");
    }
    if (record.tombstone()) return record;
    if ((record.payload[0] & 3) != 0) fail(id, version, "its record is malformed: it is no struct");
    if (const char* fault = find_payload_fault(record.payload)) {
        fail(id, version, (std::string("its record is malformed: ") + fault).c_str());
    }
    return record;
}

}  // namespace vitrine::core
