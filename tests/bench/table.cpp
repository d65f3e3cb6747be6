#include "tests/bench/table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tests/bench/machine.hpp"

namespace vitrine::bench {
namespace {

std::string number(double value) {
    if (value >= 99'999.5) {
        std::string digits = fmt::format("{:.0f}", value);
        for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > 0; place -= 3)
            digits.insert(static_cast<std::size_t>(place), ",");
        return digits;
    }
    if (value < 10) return fmt::format("{:.2f}", value);
    return value < 100 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}

std::string verdict(const Table& table, const Line& line) {
    const Cell& ours = line.cells.front();
    const auto keys = static_cast<double>(table.scale.keys);
    const auto share = reached(*line.row, ours.value, ours.times_lmdb, keys);
    if (!share || !ours.absent.empty() || *share == 0) return "";
    if (*share >= 1) return "reached";
    return *share >= 0.5 ? "within 2x" : "SHORT";
}

std::string ratio(const Line& line) {
    const Cell& ours = line.cells.front();
    return ours.absent.empty() && ours.times_lmdb > 0 ? number(ours.times_lmdb) : "-";
}

/// The best of those that have a figure.
const Cell* best_of(const Line& line) {
    const Cell* best = nullptr;
    for (const Cell& cell : line.cells) {
        if (!cell.absent.empty()) continue;
        const bool better =
            best == nullptr ||
            (line.row->higher_is_better ? cell.value > best->value : cell.value < best->value);
        if (better) best = &cell;
    }
    return best;
}

bool is_reason(const Cell& cell) { return !cell.absent.empty(); }

std::string reasons(const Table& table) {
    std::string text;
    for (const Line& line : table.lines)
        for (std::size_t i = 0; i < line.cells.size(); ++i)
            if (is_reason(line.cells[i]))
                text += fmt::format("- {}, {}: {}.\n", line.row->work, table.stores[i]->title,
                                    line.cells[i].absent);
    return text;
}

std::string sync_counts(const Table& table) {
    std::string text;
    for (const Line& line : table.lines) {
        const bool counted = line.row->group == "durable" || line.row->group == "unsynced";
        if (!counted) continue;
        text += fmt::format("| {} |", line.row->work);
        for (const Cell& cell : line.cells)
            text += is_reason(cell) ? " - |" : fmt::format(" {:.3g} |", cell.syncs_per_commit);
        text += '\n';
    }
    return text;
}

std::string columns(const Table& table) {
    std::string text;
    for (const Kind* kind : table.stores) text += fmt::format(" {} |", kind->title);
    return text;
}

}  // namespace

std::string head_text(const Table& table) {
    std::string text = fmt::format("{:<52}{:<4}", "work", "");
    for (const Kind* kind : table.stores) text += fmt::format("{:>12}", kind->title);
    return text + fmt::format("{:>9}  {:<13}", "x LMDB", "target");
}

std::string line_text(const Table& table, const Line& line) {
    std::string text = fmt::format("{:<52}{:<4}", line.row->work, line.row->unit);
    for (const Cell& cell : line.cells)
        text += fmt::format("{:>12}", is_reason(cell) ? "-" : number(cell.value));
    const auto keys = static_cast<double>(table.scale.keys);
    return text + fmt::format("{:>9}  {:<13} {}", ratio(line), target_text(*line.row, keys),
                              verdict(table, line));
}

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
    text += "| work | unit |" + columns(table) + " Vitrine / LMDB | target | |\n|---|---|";
    for (std::size_t i = 0; i <= table.stores.size(); ++i) text += "---:|";
    text += "---|---|\n";
    for (const Line& line : table.lines) {
        text += fmt::format("| {} | {} |", line.row->work, line.row->unit);
        const Cell* const best = best_of(line);
        for (const Cell& cell : line.cells) {
            const std::string shown = is_reason(cell) ? "-" : number(cell.value);
            text += &cell == best ? " **" + shown + "** |" : " " + shown + " |";
        }
        text += fmt::format(" {} | {} | {} |\n", ratio(line),
                            target_text(*line.row, double(table.scale.keys)), verdict(table, line));
    }
    if (const std::string counts = sync_counts(table); !counts.empty()) {
        text +=
            "\nHow often the disk was waited for, a transfer:\n\n| |" + columns(table) + "\n|---|";
        for (std::size_t i = 0; i < table.stores.size(); ++i) text += "---:|";
        text += '\n' + counts;
    }
    if (const std::string why = reasons(table); !why.empty()) text += "\nWithout a figure:\n" + why;
    text += "\nSettings:\n";
    for (const Kind* kind : table.stores)
        text += fmt::format("- {}: {}.\n", kind->title, kind->settings);
    for (const Kind* kind : table.missing)
        text += fmt::format("- {}: not installed.\n", kind->title);
    return text;
}

}  // namespace vitrine::bench
