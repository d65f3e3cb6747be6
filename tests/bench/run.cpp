#include "tests/bench/run.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tests/bench/child.hpp"

namespace vitrine::bench {
namespace {

/// By store, in the order of the table.
using Outcomes = std::vector<Outcome>;

bool has_figures(const Outcome& outcome) {
    return outcome.failure.empty() && outcome.absent.empty();
}

/// One round of all stores; those that failed before sit it out.
Outcomes round_of(const Table& table, const Workload& workload, const Outcomes& before,
                  std::size_t first) {
    const std::size_t count = table.stores.size();
    Outcomes outcomes(count);
    for (std::size_t turn = 0; turn < count; ++turn) {
        const std::size_t store = (first + turn) % count;
        const bool out = !before.empty() && !has_figures(before[store]);
        outcomes[store] =
            out ? before[store] : run_in_child(table.scale, *table.stores[store], workload);
    }
    return outcomes;
}

/// Those that read something else than most before them failed too.
void compare_checksums(Outcomes& outcomes) {
    std::string expected;
    for (Outcome& outcome : outcomes) {
        if (!has_figures(outcome)) continue;
        if (expected.empty()) expected = outcome.checksum;
        if (outcome.checksum != expected)
            outcome.failure =
                fmt::format("read {} where {} was expected", outcome.checksum, expected);
    }
}

double times_as_good(const Row& row, double value, double lmdb) {
    return row.higher_is_better ? value / lmdb : lmdb / value;
}

Cell cell_of(const Table& table, const Row& row, const std::vector<Outcomes>& rounds,
             std::size_t store) {
    Cell cell;
    const Outcome& last = rounds.back()[store];
    if (!has_figures(last)) {
        cell.absent = last.failure.empty() ? last.absent : "failed: " + last.failure;
        return cell;
    }
    std::size_t lmdb = 0;
    while (lmdb < table.stores.size() && table.stores[lmdb]->name != "lmdb") ++lmdb;
    std::vector<double> values, ratios;
    for (const Outcomes& round : rounds) {
        values.push_back(round[store].figures.find(row.figure)->second);
        if (lmdb < round.size() && has_figures(round[lmdb]))
            ratios.push_back(
                times_as_good(row, values.back(), round[lmdb].figures.find(row.figure)->second));
    }
    cell.value = median(values);
    cell.times_lmdb = ratios.empty() ? 0 : median(ratios);
    cell.lowest = *std::min_element(values.begin(), values.end());
    cell.highest = *std::max_element(values.begin(), values.end());
    if (last.commits != 0)
        cell.syncs_per_commit = static_cast<double>(last.syncs) / static_cast<double>(last.commits);
    return cell;
}

}  // namespace

bool measure(Table& table, const Workload& workload,
             const std::function<void(const std::string&)>& complain) {
    std::vector<Outcomes> rounds;
    Outcomes before;
    const int dropped = workload.once ? 0 : 1;
    for (int round = 0; round < (workload.once ? 1 : table.rounds + 1); ++round) {
        before = round_of(table, workload, before, static_cast<std::size_t>(round));
        compare_checksums(before);
        if (round >= dropped) rounds.push_back(before);
    }
    bool good = true;
    for (std::size_t store = 0; store < before.size(); ++store) {
        if (before[store].failure.empty()) continue;
        good = false;
        complain(fmt::format("{}, {}: {}", workload.name, table.stores[store]->title,
                             before[store].failure));
    }
    for (const Row& row : all_rows()) {
        if (row.workload != workload.name) continue;
        Line line{.row = &row, .cells = {}};
        for (std::size_t store = 0; store < table.stores.size(); ++store)
            line.cells.push_back(cell_of(table, row, rounds, store));
        table.lines.push_back(std::move(line));
    }
    return good;
}

}  // namespace vitrine::bench
