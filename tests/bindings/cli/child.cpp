#include "tests/bindings/cli/child.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace vitrine::test {
namespace {

[[noreturn]] void become_command(const std::vector<std::string>& arguments) {
    std::vector<char*> argv{const_cast<char*>(VITRINE_COMMAND)};
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    // Who runs the tests in a shell's background has made it ignored, for us and our children.
    ::signal(SIGINT, SIG_DFL);
    ::execv(VITRINE_COMMAND, argv.data());
    ::_exit(127);
}

int exit_code(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) throw std::runtime_error("the child is lost");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// Appends what is there; false at the end.
bool read_some(int descriptor, std::string& to) {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got <= 0) return got < 0 && errno == EINTR;  // EIO: the other side of a terminal is closed
    to.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
}

}  // namespace

Ran run_command(const std::vector<std::string>& arguments) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (::pipe(out.data()) != 0 || ::pipe(err.data()) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
        for (const int end : {out[0], out[1], err[0], err[1]}) ::close(end);
        become_command(arguments);
    }
    ::close(out[1]);
    ::close(err[1]);
    Ran ran;
    std::array<pollfd, 2> ends{pollfd{out[0], POLLIN, 0}, pollfd{err[0], POLLIN, 0}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        ::poll(ends.data(), ends.size(), -1);
        for (pollfd& end : ends) {
            if (end.fd < 0 || end.revents == 0) continue;
            if (!read_some(end.fd, end.fd == out[0] ? ran.out : ran.err)) end.fd = -1;
        }
    }
    ::close(out[0]);
    ::close(err[0]);
    ran.code = exit_code(child);
    return ran;
}

Ran run_in_terminal(const std::vector<std::string>& arguments, const std::string& interrupt_at) {
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child < 0) throw std::runtime_error("no terminal");
    if (child == 0) become_command(arguments);
    Ran ran;
    bool pressed = interrupt_at.empty();
    while (read_some(terminal, ran.out)) {
        if (pressed || ran.out.find(interrupt_at) == std::string::npos) continue;
        pressed = true;
        constexpr char kCtrlC = 3;
        if (::write(terminal, &kCtrlC, 1) != 1) throw std::runtime_error("the terminal is gone");
    }
    ran.code = exit_code(child);
    ::close(terminal);
    return ran;
}

}  // namespace vitrine::test
