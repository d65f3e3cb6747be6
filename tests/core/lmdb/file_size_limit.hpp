#pragma once

#include <sys/resource.h>

#include <csignal>
#include <cstdint>

namespace vitrine::core::testing {

/// Stands for a full disk: no file of this process grows beyond the limit.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(std::uint64_t bytes) : ignored_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, ignored_);
    }

  private:
    rlimit before_{};
    void (*ignored_)(int);
};

}  // namespace vitrine::core::testing
