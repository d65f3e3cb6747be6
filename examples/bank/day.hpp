#pragma once

#include <cstdint>
#include <optional>

#include <vitrine/vitrine.hpp>

#include "receipts.hpp"

namespace bank {

struct DayPlan {
    unsigned tellers = 4;
    unsigned auditors = 2;
    std::uint64_t transfers = 2000;              ///< by all tellers together
    std::optional<std::uint64_t> crash_after{};  ///< kills the process when so many were made
};

struct DayReport {
    std::uint64_t transfers = 0;
    std::uint64_t refused = 0;  ///< for lack of money
    std::uint64_t audits = 0;
    std::uint64_t failed_audits = 0;
};

/// A day at the bank: tellers transfer money while auditors audit every snapshot that they can get.
DayReport work_a_day(vitrine::Store& store, Receipts& receipts, const DayPlan& plan);

}  // namespace bank
