#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include <vitrine/error.hpp>

namespace vitrine::core::archive {

/// As vitrine::Progress, which a layer above declares.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// Tells how far a long piece of work has come, and ends it when its user asks for that.
class Meter {
  public:
    Meter(Progress progress, std::string what)
        : progress_(std::move(progress)), what_(std::move(what)) {}

    void expect(std::uint64_t total) { total_ = total; }
    /// Throws: CancelledError.
    void at(std::uint64_t done) const {
        if (progress_ && !progress_(std::min(done, total_), total_))
            throw CancelledError(what_ + " was cancelled");
    }
    /// A step whose length is not known has begun.
    void step() const { at(total_); }

  private:
    const Progress progress_;
    const std::string what_;
    std::uint64_t total_ = 0;
};

}  // namespace vitrine::core::archive
