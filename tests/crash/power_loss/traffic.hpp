#pragma once

#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/crash/power_loss/file_log.hpp"
#include "tests/crash/workload.hpp"

namespace vitrine::crash {

/// What was said while a log was made, by the numbers of its notes.
struct Spoken {
    std::mutex mutex;
    std::vector<Acknowledgement> notes;

    /// A note stands in the log behind all that the store did before it said so.
    void say(FileLog& log, const Acknowledgement& what) {
        const std::lock_guard lock(mutex);
        log.note(notes.size());
        notes.push_back(what);
    }
};

/// Two threads commit, each so many times, with all that makes files change: snapshots that are held
/// and let go, large values, erasures, a history, garbage and its collection. The last thing is
/// close(). `log_bytes`: see StoreOptions.
void run_traffic(const std::filesystem::path& file, Durability durability, std::size_t log_bytes,
                 std::uint64_t commits, FileLog& log, Spoken& spoken);

}  // namespace vitrine::crash
