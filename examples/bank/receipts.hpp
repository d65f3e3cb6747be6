#pragma once

#include <filesystem>
#include <vector>

#include "bank.hpp"

namespace bank {

/// The receipts handed out to customers: a file beside the store, outside of its care, that is
/// written after a commit returned. What it names must be in the ledger, whatever happened.
/// Threads: hand_out() by any thread.
class Receipts {
  public:
    /// Throws: std::system_error.
    explicit Receipts(const std::filesystem::path& file);
    ~Receipts();
    Receipts(const Receipts&) = delete;
    Receipts& operator=(const Receipts&) = delete;

    void hand_out(Receipt receipt);

    static std::vector<Receipt> read(const std::filesystem::path& file);

  private:
    int file_;
};

}  // namespace bank
