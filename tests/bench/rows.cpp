#include "tests/bench/rows.hpp"

#include <fmt/format.h>

namespace vitrine::bench {
namespace {

constexpr Row kRows[] = {
    {"objects", "one", "reads", "hot read of an object, 1 thread", "ns", Goal::times_lmdb, 5},
    {"objects", "two", "reads", "hot read of an object, 2 threads", "ns", Goal::times_lmdb, 5},
    {"objects", "speed-up", "speed-up", "reads a second of 2 threads against 1", "x",
     Goal::value_at_least, 1.9, true},
    {"integers", "read", "reads", "hot look-up in a tree, integer keys", "ns", Goal::times_lmdb,
     2.5},
    {"texts", "read", "reads", "hot look-up in a tree, 16-byte text keys", "ns", Goal::times_lmdb,
     1.5},
    {"scans", "full", "scans", "full scan, per item", "ns", Goal::times_lmdb, 2.5},
    {"scans", "short", "scans", "100-item scan", "ns", Goal::times_lmdb, 2},
    {"cold-scans", "full", "scans", "full scan after opening, per item", "ns", Goal::times_lmdb,
     0.6},
    {"cold-scans", "short", "scans", "100-item scan after opening", "ns", Goal::times_lmdb, 0.6},
    {"sorted-load", "item", "loads", "load of sorted keys, per item", "ns", Goal::times_lmdb, 0.6},
    {"random-load", "item", "loads", "load in random order, 1000 a transaction, per item", "ns",
     Goal::times_lmdb, 2},
    {"deferred-load", "item", "loads", "load in random order, not synced, per item", "ns",
     Goal::times_lmdb, 2},
    {"transfers-1", "rate", "durable", "durable transfers, 1 thread", "/s", Goal::times_lmdb, 2.2,
     true},
    {"transfers-8", "rate", "durable", "durable transfers, 8 threads", "/s", Goal::times_lmdb, 11,
     true},
    {"transfers-32", "rate", "durable", "durable transfers, 32 threads", "/s", Goal::times_lmdb, 20,
     true},
    {"deferred-transfers", "rate", "unsynced", "transfers, not synced, 1 thread", "/s",
     Goal::times_lmdb, 4, true},
    {"snapshots", "one", "snapshots", "open and close a snapshot, 1 thread", "ns",
     Goal::value_at_most, 30},
    {"snapshots", "two", "snapshots", "open and close a snapshot, 2 threads", "ns",
     Goal::value_at_most, 45},
    {"beside-writer", "median", "beside", "reader beside a busy writer, median against idle", "x",
     Goal::value_at_most, 1.2},
    {"beside-writer", "p99", "beside", "reader beside a busy writer, p99 against idle", "x",
     Goal::value_at_most, 1.5},
    {"beside-writer", "busy median", "beside", "16 reads beside a busy writer, median", "ns"},
    {"beside-writer", "busy p99", "beside", "16 reads beside a busy writer, p99", "ns"},
    {"growth", "growth", "files", "growth by updates of a fifth under a held snapshot", "MiB",
     Goal::value_at_most, 120},
    {"opening", "open", "files", "open a store and read one key", "ms", Goal::value_at_most, 2},
    {"sorted-load", "size", "files", "files after the sorted load", "MiB", Goal::ratio_at_most,
     1.15},
    {"random-load", "size", "files", "files after the random load", "MiB", Goal::ratio_at_most, 1},
};

double scaled(const Row& row, double keys) {
    return row.workload == "growth" ? row.target * keys / 1e6 : row.target;
}

}  // namespace

std::span<const Row> all_rows() { return kRows; }

std::optional<double> reached(const Row& row, double value, double times_lmdb, double keys) {
    switch (row.goal) {
        case Goal::times_lmdb: return times_lmdb / row.target;
        case Goal::ratio_at_most: return times_lmdb * row.target;
        case Goal::value_at_most: return scaled(row, keys) / value;
        case Goal::value_at_least: return value / row.target;
        case Goal::none: break;
    }
    return std::nullopt;
}

std::string target_text(const Row& row, double keys) {
    switch (row.goal) {
        case Goal::times_lmdb: return fmt::format("{:g} x LMDB", row.target);
        case Goal::ratio_at_most: return fmt::format("<= {:g} x LMDB", row.target);
        case Goal::value_at_most: return fmt::format("<= {:g} {}", scaled(row, keys), row.unit);
        case Goal::value_at_least: return fmt::format(">= {:g} {}", row.target, row.unit);
        case Goal::none: break;
    }
    return "";
}

}  // namespace vitrine::bench
