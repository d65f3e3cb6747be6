#include "tests/bench/workload.hpp"

#include <fstream>

#include <fmt/format.h>

namespace vitrine::bench {
namespace {

constexpr Workload kWorkloads[] = {
    {"objects", objects},           {"integers", integer_look_ups},
    {"texts", text_look_ups},       {"scans", hot_scans},
    {"cold-scans", cold_scans},     {"sorted-load", sorted_load},
    {"random-load", random_load},   {"deferred-load", deferred_load},
    {"transfers-1", transfers_1},   {"transfers-8", transfers_8},
    {"transfers-32", transfers_32}, {"deferred-transfers", deferred_transfers},
    {"snapshots", snapshots},       {"beside-writer", reader_beside_writer},
    {"growth", growth, true},       {"opening", opening},
};

Place place_of(const Round& round, std::string_view name, Content content, Sync sync) {
    return {.folder = round.scale.folder / fmt::format("{}-{}", round.kind.name, name),
            .content = content,
            .sync = sync,
            .cache_bytes = round.scale.cache_bytes};
}

}  // namespace

std::span<const Workload> all_workloads() { return kWorkloads; }

const Workload& workload_of(std::string_view name) {
    for (const Workload& workload : kWorkloads)
        if (workload.name == name) return workload;
    throw std::runtime_error("no such workload: " + std::string(name));
}

Place prepared(const Round& round, std::string_view name, Content content, Sync sync,
               bool snapshots) {
    Place place = place_of(round, name, content, sync);
    place.snapshots = snapshots;
    const std::filesystem::path ready = place.folder.string() + ".ready";
    if (std::filesystem::exists(ready)) return place;
    remove(place);
    std::filesystem::create_directories(place.folder);
    {
        Place loading = place;
        loading.sync = Sync::deferred;
        const auto store = round.kind.open(loading);
        store->session()->load_sorted(round.scale.keys);
        store->settle();
    }
    std::ofstream(ready) << round.scale.keys << '\n';
    return place;
}

Place fresh(const Round& round, std::string_view name, Content content, Sync sync) {
    const Place place = place_of(round, name, content, sync);
    remove(place);
    std::filesystem::create_directories(place.folder);
    return place;
}

void remove(const Place& place) { std::filesystem::remove_all(place.folder); }

double mebibytes(const Place& place) {
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(place.folder)) {
        std::error_code gone;  // a store may tidy up meanwhile
        const auto size = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
        if (!gone) bytes += size;
    }
    return static_cast<double>(bytes) / (1 << 20);
}

void expect(bool true_here, const std::string& otherwise) {
    if (!true_here) throw std::runtime_error(otherwise);
}

void expect_durable(const Round& round, std::size_t threads) {
    expect(round.syncs * threads >= round.commits,
           fmt::format("{} commits with {} syncs on {} threads cannot all have been waited for",
                       round.commits, round.syncs, threads));
}

}  // namespace vitrine::bench
