#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace packages {

/// "reading 42 %" on a terminal, on one line that is gone afterwards; nothing where standard error
/// is a file or a pipe. Threads: at() by any thread.
class Progress {
  public:
    Progress(std::string what, std::uint64_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void at(std::uint64_t done);

  private:
    std::string what_;
    std::uint64_t total_;
    bool shown_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point next_{};
};

}  // namespace packages
