#include "progress.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace packages {

using namespace std::chrono_literals;

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)), total_(total), shown_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::at(std::uint64_t done) {
    if (!shown_) return;
    // Who finds it busy goes on working: somebody else is just showing much the same.
    const std::unique_lock lock(mutex_, std::try_to_lock);
    const auto now = std::chrono::steady_clock::now();
    if (!lock || now < next_) return;
    next_ = now + 100ms;
    const std::uint64_t percent = total_ == 0 ? 100 : done * 100 / total_;
    fmt::print(stderr, "\r\033[K{} {} %", what_, percent);
    std::fflush(stderr);
}

}  // namespace packages
