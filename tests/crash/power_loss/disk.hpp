#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/power_loss/file_log.hpp"

namespace vitrine::crash {

/// How much of what was not synced is on the disk after the power failed.
enum class Luck { nothing, everything, some };

/// A disk that is told a log step by step, and says what it may hold.
///
/// The rules: what a sync that has ended covers is there. Of all else any part may be there, in any
/// order: whole writes, single sectors of 512 bytes, sizes without the bytes, names.
class Disk {
  public:
    explicit Disk(const FileLog& log);

    void take(const Record& record);

    /// Writes one of the states that are possible now into an empty folder.
    void lose_power(Luck luck, std::mt19937_64& random, const std::filesystem::path& folder) const;
    /// Whether all states are the same.
    [[nodiscard]] bool settled() const;

  private:
    struct File {
        std::string synced{};
        std::vector<const Record*> pending{};  ///< writes and resizes, in order
    };
    using Names = std::map<std::string, std::uint32_t>;

    static void apply(const Record& record, std::string& bytes);
    static void apply(const Record& record, Names& names);
    static void tear(const Record& record, std::mt19937_64& random, std::string& bytes);
    [[nodiscard]] std::string image_of(const File& file, Luck luck, std::mt19937_64& random) const;
    void settle_write(File& file, const Record* write);

    const FileLog& log_;
    std::map<std::uint32_t, File> files_;
    Names names_;
    std::vector<const Record*> pending_names_;
};

}  // namespace vitrine::crash
