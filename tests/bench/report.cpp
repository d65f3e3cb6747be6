#include "tests/bench/report.hpp"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace vitrine::bench {
namespace {

double measured(const Figure& figure) {
    switch (figure.goal) {
        case Goal::faster: return figure.times_faster.value();
        case Goal::ratio_at_most: return figure.vitrine / figure.lmdb.value();
        case Goal::value_at_most:
        case Goal::value_at_least: return figure.vitrine;
    }
    return 0;
}

/// 1 and above: reached.
double reached(const Figure& figure) {
    const bool larger_is_better =
        figure.goal == Goal::faster || figure.goal == Goal::value_at_least;
    const double share = measured(figure) / figure.target;
    return larger_is_better ? share : 1 / share;
}

std::string verdict(const Figure& figure) {
    if (figure.aside) return "";
    const double share = reached(figure);
    if (share >= 1) return "reached";
    return share >= 0.5 ? "within 2x" : "SHORT";
}

std::string number(double value) {
    if (value < 10) return fmt::format("{:.2f}", value);
    return value < 100 ? fmt::format("{:.1f}", value) : fmt::format("{:.0f}", value);
}

std::string ratio_text(const Figure& figure) {
    if (figure.goal == Goal::faster || figure.times_faster)
        return fmt::format("{:.2f}x", figure.times_faster.value());
    if (figure.lmdb && *figure.lmdb != 0)
        return fmt::format("{:.2f}x", figure.vitrine / *figure.lmdb);
    return "-";
}

std::string target_text(const Figure& figure) {
    if (figure.aside) return "-";
    switch (figure.goal) {
        case Goal::faster: return number(figure.target) + "x";
        case Goal::ratio_at_most: return "<= " + number(figure.target) + "x";
        case Goal::value_at_most:
            return fmt::format("<= {} {}", number(figure.target), figure.unit);
        case Goal::value_at_least:
            return fmt::format(">= {} {}", number(figure.target), figure.unit);
    }
    return {};
}

std::string json(const Figure& figure) {
    std::string text = fmt::format(R"({{"work":"{}","unit":"{}","vitrine":{})", figure.work,
                                   figure.unit, figure.vitrine);
    if (figure.lmdb) text += fmt::format(R"(,"lmdb":{})", *figure.lmdb);
    if (figure.times_faster) text += fmt::format(R"(,"times_faster":{})", *figure.times_faster);
    if (!figure.aside)
        text +=
            fmt::format(R"(,"target":"{}","reached":{:.3f})", target_text(figure), reached(figure));
    return text + "}";
}

}  // namespace

Figure times(std::string work, const Pair& pair, double target) {
    return {.work = std::move(work),
            .unit = "ns",
            .vitrine = pair.vitrine,
            .lmdb = pair.lmdb,
            .target = target,
            .times_faster = pair.lmdb_by_vitrine};
}

Figure rates(std::string work, const Pair& pair, double target) {
    return {.work = std::move(work),
            .unit = "/s",
            .vitrine = pair.vitrine,
            .lmdb = pair.lmdb,
            .target = target,
            .times_faster = 1 / pair.lmdb_by_vitrine};
}

void Report::head() const {
    if (json_) return;
    fmt::print("{:<58} {:>10} {:>10} {:>4}  {:>8}  {:<12} {}\n", "work", "Vitrine", "LMDB", "",
               "ratio", "target", "");
}

void Report::add(Figure figure) {
    if (!json_) {
        fmt::print("{:<58} {:>10} {:>10} {:<4}  {:>8}  {:<12} {}\n", figure.work,
                   number(figure.vitrine), figure.lmdb ? number(*figure.lmdb) : "-", figure.unit,
                   ratio_text(figure), target_text(figure), verdict(figure));
        std::fflush(stdout);
    }
    figures_.push_back(std::move(figure));
}

void Report::end() const {
    if (!json_) return;
    fmt::print("[\n");
    for (std::size_t i = 0; i < figures_.size(); ++i)
        fmt::print("  {}{}\n", json(figures_[i]), i + 1 < figures_.size() ? "," : "");
    fmt::print("]\n");
}

}  // namespace vitrine::bench
