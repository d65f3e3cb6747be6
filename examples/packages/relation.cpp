#include "relation.hpp"

#include <algorithm>
#include <compare>

#include "debian_version.hpp"
#include "text.hpp"

namespace packages {
namespace {

Relation parse_relation(std::string_view text) {
    Relation relation;
    const auto end_of_name = text.find_first_of(" \t\n([<");
    const std::string_view name = text.substr(0, end_of_name);
    const auto colon = name.find(':');
    relation.name = name.substr(0, colon);
    if (colon != std::string_view::npos) relation.architecture = name.substr(colon + 1);

    const auto open = text.find('(');
    if (open == std::string_view::npos) return relation;
    const std::string_view inside = trimmed(text.substr(open + 1, text.find(')') - open - 1));
    const auto end_of_comparison = std::min(inside.find_first_not_of("<=>"), inside.size());
    relation.comparison = inside.substr(0, end_of_comparison);
    relation.version = trimmed(inside.substr(end_of_comparison));
    return relation;
}

std::string on_one_line(std::string_view text) {
    std::string line;
    for_each_part(text, '\n', [&](std::string_view part) {
        line.append(line.empty() ? "" : " ").append(part);
    });
    return line;
}

}  // namespace

bool Relation::accepts(std::string_view other_version) const {
    if (comparison.empty()) return true;
    const auto order = compare_versions(other_version, version);
    if (comparison == "<<") return order < 0;
    if (comparison == "<=" || comparison == "<") return order <= 0;
    if (comparison == ">>") return order > 0;
    if (comparison == ">=" || comparison == ">") return order >= 0;
    return order == 0;
}

std::vector<Clause> parse_clauses(std::string_view field) {
    std::vector<Clause> clauses;
    for_each_part(field, ',', [&](std::string_view part) {
        Clause clause{.text = on_one_line(part), .alternatives = {}};
        for_each_part(part, '|', [&](std::string_view alternative) {
            clause.alternatives.push_back(parse_relation(alternative));
        });
        clauses.push_back(std::move(clause));
    });
    return clauses;
}

}  // namespace packages
