#pragma once

#include "tests/crash/faults/injector.hpp"
#include "tests/crash/faults/stage.hpp"
#include "tests/support/program.hpp"

namespace vitrine::crash {

/// A scenario with what it begins with and the states that it goes through.
class Rehearsed {
  public:
    /// Makes the template and plays the scenario once, without faults.
    Rehearsed(const Scenario& scenario, const std::filesystem::path& folder);

    /// Plays it with a fault at the n-th call; returns how many calls there were. Says what is wrong.
    std::uint64_t play(const FaultKind& kind, std::uint64_t n, test::Findings& findings);

  private:
    [[nodiscard]] std::filesystem::path trial_folder() const { return folder_ / "trial"; }
    void lay_out() const;
    void get_ready(Stage& stage) const;
    void look_inside(Stage& stage, const FaultKind& kind, bool acted);
    void look_after(Stage& stage, bool acted);
    void expect_state(const std::string& now, std::uint64_t from, std::uint64_t to,
                      const char* where) const;

    const Scenario& scenario_;
    std::filesystem::path folder_;
    std::vector<std::string> states_;
    // Of one trial:
    std::string inside_;     ///< what was there before closing; empty: no store was open
    bool followed_ = false;  ///< a commit after the fault was taken
};

}  // namespace vitrine::crash
