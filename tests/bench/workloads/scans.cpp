// Ranges in key order: all of it, and 100 items from a random place. Hot, and in a store that was just
// opened while its file was in the page cache.
#include <fstream>

#include "tests/bench/workload.hpp"

namespace vitrine::bench {
namespace {

constexpr std::size_t kItems = 100;

double full_scan(Round& round, Session& session) {
    std::uint64_t sum = 0;
    const double needed = duration(round.scale.clock, [&] { sum = session.scan_all(); });
    round.checksum += sum;
    return needed / static_cast<double>(round.scale.keys);
}

double short_scans(Round& round, Session& session, std::size_t scans) {
    session.draw(uniform(round.scale.keys, scans, 3));
    std::uint64_t sum = 0;
    const double needed = duration(round.scale.clock, [&] { sum = session.scan(kItems); });
    round.checksum += sum;
    return needed / static_cast<double>(scans);
}

/// So that the page cache has it.
void read_files(const Place& place) {
    std::vector<char> chunk(1 << 20);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(place.folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        while (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()))) {
        }
    }
}

}  // namespace

void hot_scans(Round& round) {
    const auto store = round.kind.open(prepared(round, "integers", Content::integers));
    const auto session = store->session();
    session->scan_all();
    round.add("full", full_scan(round, *session));
    round.add("short", short_scans(round, *session, 20'000));
}

void cold_scans(Round& round) {
    const Place place = prepared(round, "integers", Content::integers);
    read_files(place);
    {
        const auto store = round.kind.open(place);
        round.add("full", full_scan(round, *store->session()));
    }
    const auto store = round.kind.open(place);
    // Few against the number of buckets, so that most places are met for the first time.
    round.add("short", short_scans(round, *store->session(), round.scale.keys / 1000));
}

}  // namespace vitrine::bench
