#pragma once

#include <cstdint>
#include <iomanip>
#include <map>
#include <ostream>
#include <string>

namespace vitrine::corruption {

/// What came of the trials, by kind of damage and by kind of page.
class Table {
  public:
    void add(const std::string& damage, const std::string& page, bool checked,
             const std::string& outcome) {
        ++trials_;
        if (outcome == "dies") ++deaths_[checked];
        ++columns_[outcome];
        ++by_damage_[damage][mode(checked) + outcome];
        ++by_page_[page][mode(checked) + outcome];
    }
    [[nodiscard]] std::uint64_t trials() const { return trials_; }
    [[nodiscard]] std::uint64_t deaths(bool checked) const {
        const auto found = deaths_.find(checked);
        return found == deaths_.end() ? 0 : found->second;
    }
    void print(std::ostream& out) const {
        for (const bool checked : {false, true}) {
            out << "\nopened " << (checked ? "with" : "without") << " check_structure\n";
            print(out, "damage", by_damage_, checked);
            print(out, "kind of page", by_page_, checked);
        }
        out << std::endl;
    }

  private:
    using Rows = std::map<std::string, std::map<std::string, std::uint64_t>>;
    static std::string mode(bool checked) { return checked ? "+" : "-"; }

    void print(std::ostream& out, const char* title, const Rows& rows, bool checked) const {
        out << std::left << std::setw(26) << title << std::right;
        for (const auto& [column, count] : columns_) out << std::setw(20) << column;
        out << '\n';
        for (const auto& [name, counts] : rows) {
            out << std::left << std::setw(26) << name << std::right;
            for (const auto& [column, count] : columns_) {
                const auto found = counts.find(mode(checked) + column);
                out << std::setw(20) << (found == counts.end() ? 0 : found->second);
            }
            out << '\n';
        }
    }

    std::uint64_t trials_ = 0;
    std::map<bool, std::uint64_t> deaths_;
    std::map<std::string, std::uint64_t> columns_;
    Rows by_damage_, by_page_;
};

}  // namespace vitrine::corruption
