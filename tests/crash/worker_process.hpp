#pragma once

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/crash/worker.hpp"
#include "tests/support/program.hpp"

namespace vitrine::crash {

inline const char* name_of(Durability durability) {
    return durability == Durability::full ? "full" : "deferred";
}

/// This program again, as a worker.
class Worker {
  public:
    using Clock = std::chrono::steady_clock;

    explicit Worker(std::vector<std::string> arguments) {
        int ends[2] = {};
        if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
        pipe_ = ends[0];
        process_ = ::fork();
        if (process_ < 0) throw std::runtime_error("no process");
        if (process_ == 0) {
            ::close(ends[0]);
            if (ends[1] != kPipe) {
                ::dup2(ends[1], kPipe);
                ::close(ends[1]);
            }
            arguments.insert(arguments.begin(), "worker");
            std::vector<char*> words;
            for (std::string& word : arguments) words.push_back(word.data());
            words.push_back(nullptr);
            ::execv("/proc/self/exe", words.data());
            ::_exit(127);
        }
        ::close(ends[1]);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() { ::close(pipe_); }

    /// Waits for the first acknowledgement.
    void hear() {
        constexpr std::chrono::seconds kPatience(60);
        listen(Clock::now() + kPatience, 1);
    }
    /// Listens that long, or until it is dead, kills, and takes what is left in the pipe.
    std::vector<Acknowledgement> kill_after(Clock::duration life, test::Findings& findings) {
        killed_itself_ = listen(Clock::now() + life, ~std::size_t{0});
        ::kill(process_, SIGKILL);
        const int status = end();
        findings.expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, [&] {
            return "the worker ended by itself, with status " + std::to_string(status);
        });
        const std::size_t whole = bytes_.size() / sizeof(Acknowledgement);
        std::vector<Acknowledgement> all(whole);
        if (whole != 0)  // memcpy takes no null pointers, not even for nothing
            std::memcpy(all.data(), bytes_.data(), whole * sizeof(Acknowledgement));
        return all;
    }

    /// Whether it was dead before kill_after() killed it.
    [[nodiscard]] bool killed_itself() const { return killed_itself_; }
    /// What a worker that ends by itself wrote.
    std::string text() {
        end();
        return bytes_;
    }

  private:
    int end() {
        while (read_some()) {
        }
        int status = 0;
        ::waitpid(process_, &status, 0);
        return status;
    }
    /// True at the end of the pipe.
    bool listen(Clock::time_point until, std::size_t bytes) {
        while (bytes_.size() < bytes && Clock::now() < until) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
            pollfd ready{pipe_, POLLIN, 0};
            if (::poll(&ready, 1, static_cast<int>(left.count()) + 1) > 0 && !read_some())
                return true;
        }
        return false;
    }

    /// False at the end of the pipe.
    bool read_some() {
        char buffer[1 << 14];
        const ssize_t count = ::read(pipe_, buffer, sizeof buffer);
        if (count < 0) return errno == EINTR;
        bytes_.append(buffer, static_cast<std::size_t>(count));
        return count > 0;
    }

    int pipe_ = -1;
    pid_t process_ = 0;
    std::string bytes_;
    bool killed_itself_ = false;
};

}  // namespace vitrine::crash
