#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <unordered_set>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "catalogue.hpp"

namespace packages {

/// A writer that keeps changing packages at random, on a thread of its own: other sizes, other
/// sections, no dependencies any more.
class Churn {
  public:
    /// `original`: what restore() goes back to.
    Churn(vitrine::Store& store, const vitrine::Snapshot& original);
    ~Churn();
    Churn(const Churn&) = delete;
    Churn& operator=(const Churn&) = delete;

    [[nodiscard]] std::uint64_t commits() const { return commits_; }
    /// Whether commits() still grows: it does not after an error, which stop() throws.
    [[nodiscard]] bool running() const;

    /// Waits for the commit on its way. Throws: what the writer met.
    void stop();
    /// Puts every changed package back as `original` shows it. After stop().
    void restore();

    [[nodiscard]] std::size_t changed() const { return changed_.size(); }

  private:
    void run();
    void change(vitrine::Transaction& tx, PackageRef ref, unsigned dice);
    void put_back(vitrine::Transaction& tx, PackageRef ref);

    vitrine::Store& store_;
    vitrine::Snapshot original_;
    std::vector<PackageRef> all_;
    std::unordered_set<PackageRef> changed_;
    std::atomic<std::uint64_t> commits_{0};
    std::atomic<bool> stop_{false};
    std::future<void> writer_;
};

}  // namespace packages
