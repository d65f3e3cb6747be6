#include "core/commit_row.hpp"

#include <xxhash.h>

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/times.hpp"

namespace vitrine::core {
namespace {

constexpr std::size_t kNumber = sizeof(std::uint64_t);

void add_number(std::vector<std::byte>& bytes, std::uint64_t number) {
    const std::size_t at = bytes.size();
    bytes.resize(at + kNumber);
    std::memcpy(bytes.data() + at, &number, kNumber);
}

void add_short(std::vector<std::byte>& bytes, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes.push_back(std::byte(number | 0x80));
    bytes.push_back(std::byte(number));
}

std::uint64_t number_at(std::span<const std::byte> bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), kNumber);
    return number;
}

std::uint64_t checksum(Version version, std::span<const std::byte> bytes) {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), version.value());
}

[[noreturn]] void throw_damaged(Version version, const std::string& name) {
    throw CorruptionError(
        fmt::format("{}: the entry of commit {} in the log is damaged", name, version.value()), {},
        version);
}

/// All before the checksum.
std::span<const std::byte> checked_body(Version version, std::span<const std::byte> bytes,
                                        const std::string& name) {
    if (bytes.size() < 2 * kNumber) throw_damaged(version, name);
    const auto body = bytes.first(bytes.size() - kNumber);
    if (number_at(bytes.subspan(body.size())) != checksum(version, body))
        throw_damaged(version, name);
    return body;
}

// False when the bytes end before the number does.
bool take_short(std::span<const std::byte>& bytes, std::uint64_t& number) {
    number = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(bytes.front());
        bytes = bytes.subspan(1);
        number |= (byte & 0x7f) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

}  // namespace

void encode_commit(const CommitRow& commit, std::vector<std::byte>& bytes) {
    bytes.clear();
    add_number(bytes, to_number(commit.time));
    add_short(bytes, commit.note.size());
    const auto note = std::as_bytes(std::span(commit.note));
    bytes.insert(bytes.end(), note.begin(), note.end());
    add_short(bytes, commit.changed.size());
    std::uint64_t before = 0;
    for (const ObjectId id : commit.changed)
        add_short(bytes, id.value - std::exchange(before, id.value));
    add_number(bytes, checksum(commit.version, bytes));
}

CommitRow decode_commit(Version version, std::span<const std::byte> bytes,
                        const std::string& name) {
    const auto body = checked_body(version, bytes, name);
    CommitRow commit{version, to_time(number_at(body))};
    auto rest = body.subspan(kNumber);
    std::uint64_t count = 0;
    if (!take_short(rest, count) || count > rest.size()) throw_damaged(version, name);
    commit.note.assign(reinterpret_cast<const char*>(rest.data()), count);
    rest = rest.subspan(count);
    if (!take_short(rest, count) || count > rest.size()) throw_damaged(version, name);
    commit.changed.reserve(count);
    std::uint64_t id = 0;
    for (; count != 0; --count) {
        std::uint64_t distance = 0;
        if (!take_short(rest, distance)) throw_damaged(version, name);
        commit.changed.push_back(ObjectId{id += distance});
    }
    if (!rest.empty()) throw_damaged(version, name);
    return commit;
}

Time decode_commit_time(Version version, std::span<const std::byte> bytes,
                        const std::string& name) {
    return to_time(number_at(checked_body(version, bytes, name)));
}

}  // namespace vitrine::core
