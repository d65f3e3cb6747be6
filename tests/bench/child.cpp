#include "tests/bench/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include <capnp/compat/json.h>
#include <capnp/message.h>
#include <fmt/format.h>

#include "tests/bench/bench.capnp.h"

namespace vitrine::bench {
namespace {

constexpr int kPatienceSeconds = 1200;

[[noreturn]] void fail(const char* call) {
    throw std::system_error(errno, std::generic_category(), call);
}

std::vector<std::string> arguments_of(const Scale& scale, const Kind& kind,
                                      const Workload& workload) {
    std::vector<std::string> arguments{"vitrine_bench",
                                       "--one",
                                       std::string(kind.name),
                                       std::string(workload.name),
                                       "--keys",
                                       std::to_string(scale.keys),
                                       "--reads",
                                       std::to_string(scale.reads),
                                       "--seconds",
                                       fmt::format("{}", scale.seconds),
                                       "--cache-mib",
                                       std::to_string(scale.cache_bytes >> 20),
                                       "--dir",
                                       scale.folder.string()};
    if (scale.clock == Clock::cpu) arguments.emplace_back("--cpu-clock");
    return arguments;
}

/// Starts this program again with its output into `output`.
pid_t start(std::vector<std::string> arguments, int output) {
    std::vector<char*> raw;
    for (std::string& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // no round outlives the run
        ::dup2(output, STDOUT_FILENO);
        ::execv("/proc/self/exe", raw.data());
        ::_exit(127);
    }
    return child;
}

/// All that it prints, until its end. A child that takes too long is killed.
std::string read_all(int input, pid_t child) {
    std::string text;
    char chunk[4096];
    pollfd wait{input, POLLIN, 0};
    for (;;) {
        const int ready = ::poll(&wait, 1, kPatienceSeconds * 1000);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) {
            ::kill(child, SIGKILL);
            return {};
        }
        const ssize_t got = ::read(input, chunk, sizeof chunk);
        if (got <= 0) return text;
        text.append(chunk, static_cast<std::size_t>(got));
    }
}

Outcome outcome_of(const std::string& text) {
    capnp::MallocMessageBuilder message;
    auto builder = message.initRoot<OutcomeJson>();
    capnp::JsonCodec().decode(kj::ArrayPtr<const char>(text.data(), text.size()), builder);
    const OutcomeJson::Reader said = builder.asReader();
    Outcome outcome;
    for (const auto figure : said.getFigures())
        outcome.figures[figure.getName().cStr()] = figure.getValue();
    outcome.checksum = said.getChecksum().cStr();
    outcome.commits = said.getCommits();
    outcome.syncs = said.getSyncs();
    outcome.failure = said.getFailure().cStr();
    outcome.absent = said.getAbsent().cStr();
    return outcome;
}

}  // namespace

Outcome run_in_child(const Scale& scale, const Kind& kind, const Workload& workload) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe2");
    const pid_t child = start(arguments_of(scale, kind, workload), ends[1]);
    ::close(ends[1]);
    const std::string text = read_all(ends[0], child);
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    Outcome outcome;
    if (WIFSIGNALED(status)) {
        outcome.failure = fmt::format("ended by signal {}", WTERMSIG(status));
        return outcome;
    }
    if (text.empty()) {
        outcome.failure = fmt::format("ended with status {}", WEXITSTATUS(status));
        return outcome;
    }
    return outcome_of(text);
}

void run_here(const Scale& scale, std::string_view kind_name, std::string_view workload_name) {
    capnp::MallocMessageBuilder message;
    auto said = message.initRoot<OutcomeJson>();
    try {
        const Kind& kind = kind_of(kind_name);
        if (kind.open == nullptr) throw Absent("not installed");
        Round round{.scale = scale, .kind = kind};
        workload_of(workload_name).run(round);
        auto figures = said.initFigures(static_cast<unsigned>(round.figures.size()));
        for (unsigned i = 0; i < figures.size(); ++i) {
            figures[i].setName(round.figures[i].first);
            figures[i].setValue(round.figures[i].second);
        }
        said.setChecksum(fmt::format("{:016x}", round.checksum));
        said.setCommits(round.commits);
        said.setSyncs(round.syncs);
    } catch (const Absent& reason) {
        said.setAbsent(reason.what());
    } catch (const std::exception& error) {
        said.setFailure(error.what());
    }
    fmt::print("{}\n", capnp::JsonCodec().encode(said.asReader()).cStr());
}

}  // namespace vitrine::bench
