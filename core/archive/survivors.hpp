#pragma once

#include <optional>
#include <vector>

#include "core/archive/format.hpp"

namespace vitrine::core::archive {

/// A set of ids as an archive's runs and masks: 16 bytes for a run of any length, else for each
/// group of up to 64. Kept in memory while the rows are written: at most two bits for each id that
/// lies among them.
class Survivors {
  public:
    /// Requires: ids rise; the same one again is ignored.
    void add(ObjectId id);
    /// The entries, two words each. Nothing can be added after.
    const std::vector<Word>& finish();
    [[nodiscard]] std::uint64_t count() const { return count_; }

  private:
    void close();

    std::vector<Word> entries_;
    std::uint64_t first_ = 0;   // of the group in the making; 0: none
    std::uint64_t length_ = 0;  // a run; 0: a mask
    std::uint64_t mask_ = 0;
    std::uint64_t last_ = 0;
    std::uint64_t count_ = 0;
};

}  // namespace vitrine::core::archive
