#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/bench/rows.hpp"
#include "tests/bench/workload.hpp"

namespace vitrine::bench {

/// What one store has in one row.
struct Cell {
    double value = 0;       ///< the median of the rounds
    double times_lmdb = 0;  ///< the median of the rounds' own ratios; 0 without LMDB
    double lowest = 0;
    double highest = 0;
    double syncs_per_commit = 0;
    std::string absent;  ///< why there is no figure
};

struct Line {
    const Row* row;
    std::vector<Cell> cells;  ///< in the order of the table's stores
};

/// What a run found out.
struct Table {
    Scale scale;
    int rounds = 0;
    double others = 0;  ///< the share of the processors' time that other programs took meanwhile
    std::vector<const Kind*> stores{};  ///< Vitrine is the first
    std::vector<const Kind*> missing{};
    std::vector<Line> lines{};
};

/// Three digits, and whole numbers from 100 on.
std::string number(double value);
/// Whether the first figure is better than the other.
bool better(const Row& row, double one, double other);
/// "reached", "within 2x" or "SHORT"; empty where there is no target.
std::string verdict(const Table& table, const Line& line);
/// Vitrine against LMDB; "-" where one of them has no figure.
std::string ratio_text(const Line& line);

/// Lines as the terminal shows them.
std::string head_text(const Table& table);
std::string line_text(const Table& table, const Line& line);

/// The whole of it; with the settings of the stores below.
std::string markdown(const Table& table);
std::string json(const Table& table);

}  // namespace vitrine::bench
