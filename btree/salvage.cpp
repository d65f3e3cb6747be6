#include "btree/salvage.hpp"

#include <system_error>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/lmdb/file_claim.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "core/log/log_file.hpp"

namespace vitrine::btree {
namespace {

/// A file that is removed, with its lock file, unless it was finished.
class NewFile {
  public:
    explicit NewFile(std::filesystem::path path)
        : path_(std::move(path)), lock_(path_.string() + "-lock") {
        std::error_code failure;
        if (std::filesystem::exists(path_, failure) &&
            (!std::filesystem::is_regular_file(path_, failure) ||
             std::filesystem::file_size(path_, failure) != 0))
            throw UsageError(fmt::format("{} is already there", path_.string()));
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        std::error_code ignored;
        std::filesystem::remove(lock_, ignored);
        if (!finished_) std::filesystem::remove(path_, ignored);
    }
    void finish() { finished_ = true; }

  private:
    std::filesystem::path path_;
    std::filesystem::path lock_;  // made before: the destructor takes no memory
    bool finished_ = false;
};

}  // namespace

SalvageReport salvage(const std::filesystem::path& damaged, const std::filesystem::path& target,
                      const Progress& progress) {
    const core::lmdb::FileClaim claim(damaged, {.create_if_missing = false, .read_only = true});
    const core::lmdb::PageFile file(claim.descriptor(), claim.name());
    NewFile made(target);
    const auto step = [&](std::uint64_t done, std::uint64_t total) {
        return !progress || progress(done, total);
    };
    SalvageReport report;
    report.survey = core::lmdb::survey(file, step);
    report.rows_found = report.survey.rows.size();
    // Without the store's row nobody can say whether the log counts.
    report.log_left = (!report.survey.state || report.survey.state->log) &&
                      core::log::is_log_file(core::log::log_path(damaged));
    if (report.survey.rows.empty() && !report.survey.state)
        throw CorruptionError(claim.name() + ": there is nothing of a store in it");
    {
        const auto storage = core::lmdb::open(target);
        report.copied = core::lmdb::copy_rows(file, report.survey, *storage, step);
        report.survey.rows = {};
        report.trees = repair_trees(*storage, step);
    }
    made.finish();
    return report;
}

}  // namespace vitrine::btree
