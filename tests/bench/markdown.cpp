#include <fmt/format.h>

#include "tests/bench/machine.hpp"
#include "tests/bench/table.hpp"

namespace vitrine::bench {
namespace {

bool is_reason(const Cell& cell) { return !cell.absent.empty(); }

/// The best of those that have a figure.
const Cell* best_of(const Line& line) {
    const Cell* best = nullptr;
    for (const Cell& cell : line.cells) {
        if (!cell.absent.empty()) continue;
        if (best == nullptr || better(*line.row, cell.value, best->value)) best = &cell;
    }
    return best;
}

std::string columns(const Table& table) {
    std::string text;
    for (const Kind* kind : table.stores) text += fmt::format(" {} |", kind->title);
    return text;
}

std::string rows_of(const Table& table) {
    std::string text =
        "| work | unit |" + columns(table) + " Vitrine / LMDB | target | |\n|---|---|";
    for (std::size_t i = 0; i <= table.stores.size(); ++i) text += "---:|";
    text += "---|---|\n";
    for (const Line& line : table.lines) {
        text += fmt::format("| {} | {} |", line.row->work, line.row->unit);
        const Cell* const best = best_of(line);
        for (const Cell& cell : line.cells) {
            const std::string shown = is_reason(cell) ? "-" : number(cell.value);
            text += &cell == best ? " **" + shown + "** |" : " " + shown + " |";
        }
        text += fmt::format(" {} | {} | {} |\n", ratio_text(line),
                            target_text(*line.row, double(table.scale.keys)), verdict(table, line));
    }
    return text;
}

/// By row, those that have a better figure than Vitrine.
std::string ahead_of_us(const Table& table) {
    std::string text;
    for (const Line& line : table.lines) {
        const Cell& ours = line.cells.front();
        std::string names;
        for (std::size_t i = 1; i < line.cells.size(); ++i) {
            const Cell& cell = line.cells[i];
            if (is_reason(cell) || is_reason(ours) || !better(*line.row, cell.value, ours.value))
                continue;
            const double times =
                line.row->higher_is_better ? cell.value / ours.value : ours.value / cell.value;
            names += fmt::format("{} {} {}", names.empty() ? ":" : ",", table.stores[i]->title,
                                 number(times));
        }
        if (!names.empty()) text += fmt::format("- {}{}\n", line.row->work, names);
    }
    return text;
}

/// A table of its own; empty when nothing of it was run.
std::string sync_counts(const Table& table) {
    std::string rows;
    for (const Line& line : table.lines) {
        if (line.row->group != "durable" && line.row->group != "unsynced") continue;
        rows += fmt::format("| {} |", line.row->work);
        for (const Cell& cell : line.cells)
            rows += is_reason(cell) ? " - |" : fmt::format(" {:.3g} |", cell.syncs_per_commit);
        rows += '\n';
    }
    if (rows.empty()) return {};
    std::string rule = "|---|";
    for (std::size_t i = 0; i < table.stores.size(); ++i) rule += "---:|";
    return "\nHow often the disk was waited for, a transfer:\n\n| |" + columns(table) + '\n' +
           rule + '\n' + rows;
}

std::string reasons(const Table& table) {
    std::string text;
    for (const Line& line : table.lines)
        for (std::size_t i = 0; i < line.cells.size(); ++i)
            if (is_reason(line.cells[i]))
                text += fmt::format("- {}, {}: {}.\n", line.row->work, table.stores[i]->title,
                                    line.cells[i].absent);
    return text;
}

}  // namespace

std::string markdown(const Table& table) {
    const Machine machine = this_machine();
    std::string text = fmt::format(
        "{}: {} processors ({}), of whose time other programs took {:.0f} %; {} keys, values of {} "
        "bytes, caches of {} MiB; medians of the rounds that counted ({}). The best of a row is "
        "bold; the ratio is how many times as fast (or as many, or as small) as LMDB Vitrine is "
        "in the same round.\n\n",
        machine.day, machine.processors, machine.processor, table.others * 100,
        number(static_cast<double>(table.scale.keys)), kValueBytes, table.scale.cache_bytes >> 20,
        table.rounds);
    text += rows_of(table);
    if (const std::string ahead = ahead_of_us(table); !ahead.empty())
        text += "\nAhead of Vitrine, and how many times:\n" + ahead;
    text += sync_counts(table);
    if (const std::string why = reasons(table); !why.empty()) text += "\nWithout a figure:\n" + why;
    text += "\nSettings:\n";
    for (const Kind* kind : table.stores)
        text += fmt::format("- {}: {}.\n", kind->title, kind->settings);
    for (const Kind* kind : table.missing)
        text += fmt::format("- {}: not installed.\n", kind->title);
    return text;
}

}  // namespace vitrine::bench
