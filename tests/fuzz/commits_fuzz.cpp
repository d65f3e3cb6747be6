#include <xxhash.h>

#include <vitrine/error.hpp>

#include "core/commit_row.hpp"
#include "tests/fuzz/target.hpp"

// Entries of the log of commits, as they are, and with their sum put right.

namespace {

using namespace vitrine;
using namespace vitrine::core;
using fuzz::require;

constexpr Version kVersion{77};

std::vector<std::byte> sealed(std::span<const std::byte> body) {
    std::vector<std::byte> bytes(body.begin(), body.end());
    const std::uint64_t sum = XXH3_64bits_withSeed(body.data(), body.size(), kVersion.value());
    bytes.resize(body.size() + sizeof sum);
    std::memcpy(bytes.data() + body.size(), &sum, sizeof sum);
    return bytes;
}

void check(std::span<const std::byte> bytes) {
    try {
        const CommitRow commit = decode_commit(kVersion, bytes, "log");
        require(decode_commit_time(kVersion, bytes, "log") == commit.time, "two times");
        std::vector<std::byte> again;
        encode_commit(commit, again);
        require(decode_commit(kVersion, again, "log") == commit, "an entry comes back as another");
    } catch (const CorruptionError&) {
        return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> copy(data, data + size);
    const auto bytes = std::as_bytes(std::span(copy));
    check(bytes);
    check(sealed(bytes));
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    std::vector<Bytes> inputs;
    for (unsigned size = 0; size < 4; ++size) {
        CommitRow commit{kVersion, Time(std::chrono::seconds(1'700'000'000)), {}, {}};
        commit.note = std::string(size * 70, 'n');
        for (unsigned i = 0; i < size * 5; ++i)
            commit.changed.push_back(ObjectId{16 + i * i * i * 999});
        std::vector<std::byte> bytes;
        encode_commit(commit, bytes);
        inputs.emplace_back();
        append(inputs.back(), bytes.data(), bytes.size() - sizeof(std::uint64_t));
    }
    return inputs;
}
