#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/bench/measure.hpp"
#include "tests/bench/store.hpp"

namespace vitrine::bench {

/// What every round of a run has in common.
struct Scale {
    std::size_t keys = 1'000'000;
    std::size_t reads = 1'000'000;  ///< what a thread looks up in a round
    double seconds = 2;             ///< how long a round of transfers runs
    std::size_t cache_bytes = std::size_t{512} << 20;
    Clock clock = Clock::wall;
    std::filesystem::path folder;  ///< of all stores
};

/// One round of one workload: what it is given, and what it finds out.
struct Round {
    const Scale& scale;
    const Kind& kind;
    std::vector<std::pair<std::string, double>> figures{};
    std::uint64_t checksum = 0;
    std::uint64_t commits = 0;
    std::uint64_t syncs = 0;

    void add(std::string name, double value) { figures.emplace_back(std::move(name), value); }
};

/// A store that has no equivalent of a workload throws this, with the reason.
class Absent : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Work that is the same for all stores. A workload checks what it read, and throws when it is wrong.
struct Workload {
    std::string_view name;
    void (*run)(Round& round);
    /// Its figures are no times: one round is enough.
    bool once = false;
};

std::span<const Workload> all_workloads();
/// Throws std::runtime_error.
const Workload& workload_of(std::string_view name);

void objects(Round& round);
void integer_look_ups(Round& round);
void text_look_ups(Round& round);
void hot_scans(Round& round);
void cold_scans(Round& round);
void sorted_load(Round& round);
void random_load(Round& round);
void deferred_load(Round& round);
void transfers_1(Round& round);
void transfers_8(Round& round);
void transfers_32(Round& round);
void deferred_transfers(Round& round);
void snapshots(Round& round);
void reader_beside_writer(Round& round);
void growth(Round& round);
void opening(Round& round);

/// A place with `keys` items, loaded at first use; workloads that give the same name share it.
Place prepared(const Round& round, std::string_view name, Content content,
               Sync sync = Sync::durable, bool snapshots = true);
/// An empty place; what was there is gone.
Place fresh(const Round& round, std::string_view name, Content content, Sync sync);
void remove(const Place& place);
double mebibytes(const Place& place);

/// Throws std::runtime_error.
void expect(bool true_here, const std::string& otherwise);

/// That commits were waited for: each needs a sync between its beginning and its end, which it can
/// share only with those of other threads that run at the same time.
void expect_durable(const Round& round, std::size_t threads);

}  // namespace vitrine::bench
