#pragma once

#include <string_view>

#include "tests/bench/report.hpp"
#include "tests/bench/stores.hpp"

namespace vitrine::bench {

/// Lines of the table that share their preparation; `--only` picks them by name.
struct Rows {
    std::string_view name;
    void (*run)(const Bench& bench, Report& report);
};

void hot_objects(const Bench& bench, Report& report);
void hot_look_ups(const Bench& bench, Report& report);
void scans(const Bench& bench, Report& report);
void cold_scans(const Bench& bench, Report& report);
void sorted_load(const Bench& bench, Report& report);
void random_load(const Bench& bench, Report& report);
void transfers(const Bench& bench, Report& report);
void deferred_transfers(const Bench& bench, Report& report);
void snapshots(const Bench& bench, Report& report);
void reader_beside_writer(const Bench& bench, Report& report);
void growth(const Bench& bench, Report& report);
void opening(const Bench& bench, Report& report);

inline constexpr Rows kRows[] = {
    {"hot-objects", hot_objects},
    {"hot-look-ups", hot_look_ups},
    {"scans", scans},
    {"cold-scans", cold_scans},
    {"sorted-load", sorted_load},
    {"random-load", random_load},
    {"transfers", transfers},
    {"deferred-transfers", deferred_transfers},
    {"snapshots", snapshots},
    {"reader-beside-writer", reader_beside_writer},
    {"growth", growth},
    {"opening", opening},
};

}  // namespace vitrine::bench
