#include "tests/bench/table.hpp"

#include <fmt/format.h>

namespace vitrine::bench {

bool better(const Row& row, double one, double other) {
    return row.higher_is_better ? one > other : one < other;
}

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

std::string ratio_text(const Line& line) {
    const Cell& ours = line.cells.front();
    return ours.absent.empty() && ours.times_lmdb > 0 ? number(ours.times_lmdb) : "-";
}

std::string head_text(const Table& table) {
    std::string text = fmt::format("{:<52}{:<4}", "work", "");
    for (const Kind* kind : table.stores) text += fmt::format("{:>12}", kind->title);
    return text + fmt::format("{:>9}  {:<13}", "x LMDB", "target");
}

std::string line_text(const Table& table, const Line& line) {
    std::string text = fmt::format("{:<52}{:<4}", line.row->work, line.row->unit);
    for (const Cell& cell : line.cells)
        text += fmt::format("{:>12}", !cell.absent.empty() ? "-" : number(cell.value));
    const auto keys = static_cast<double>(table.scale.keys);
    return text + fmt::format("{:>9}  {:<13} {}", ratio_text(line), target_text(*line.row, keys),
                              verdict(table, line));
}

}  // namespace vitrine::bench
