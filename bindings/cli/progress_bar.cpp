#include "bindings/cli/progress_bar.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include <vitrine/error.hpp>

namespace vitrine::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};
constexpr std::size_t kBarColumns = 30;

volatile std::sig_atomic_t stop_asked = 0;

extern "C" void ask_to_stop(int) { stop_asked = 1; }

// Once: whoever asks twice means it. Not SA_RESTART: who waits for input is to hear of it.
void watch(void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

bool interrupted() { return stop_asked != 0; }

namespace {

// Signals are held back until ppoll() waits: one between the question and the wait would be lost.
void poll_unless_interrupted(pollfd* descriptors, nfds_t count, const timespec* time) {
    sigset_t both, before;
    ::sigemptyset(&both);
    ::sigaddset(&both, SIGINT);
    ::sigaddset(&both, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &both, &before);
    if (!interrupted()) ::ppoll(descriptors, count, time, &before);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

void wait_unless_interrupted(std::chrono::duration<double> span) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(span - seconds);
    const timespec time{seconds.count(), rest.count()};
    poll_unless_interrupted(nullptr, 0, &time);
}

void wait_for_input(int descriptor) {
    pollfd input{descriptor, POLLIN, 0};
    poll_unless_interrupted(&input, 1, nullptr);
}

ProgressBar::ProgressBar(std::string what, bool shown)
    : what_(std::move(what)), terminal_(shown && ::isatty(STDERR_FILENO) == 1) {
    stop_asked = 0;
    watch(ask_to_stop);
}

ProgressBar::~ProgressBar() {
    if (drawn_) {
        std::fputs("\r\033[K", stderr);
        std::fflush(stderr);
    }
    watch(SIG_DFL);
}

Progress ProgressBar::progress() {
    return [this](std::uint64_t done, std::uint64_t total) { return update(done, total); };
}

bool ProgressBar::update(std::uint64_t done, std::uint64_t total) {
    if (interrupted()) return false;
    if (!terminal_) return true;
    const auto now = Clock::now();
    if (now < next_) return true;
    next_ = now + kBetweenDraws;
    drawn_ = true;
    draw(done, total);
    return true;
}

void ProgressBar::step(std::uint64_t done, std::uint64_t total) {
    if (!update(done, total)) throw CancelledError(what_ + " was cancelled");
}

void ProgressBar::draw(std::uint64_t done, std::uint64_t total) const {
    std::string line = "\r\033[K" + what_;
    if (total == 0) {
        line += fmt::format(" {}", done);
    } else {
        const double part = static_cast<double>(std::min(done, total)) / static_cast<double>(total);
        const auto full = static_cast<std::size_t>(part * kBarColumns);
        line += fmt::format(" [{}{}] {:3.0f} %", std::string(full, '='),
                            std::string(kBarColumns - full, ' '), part * 100);
    }
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
}

}  // namespace vitrine::cli
