// A process is killed at a random moment while several of its threads commit, again and again, on
// one store. Reopened: every acknowledged commit is there, none in part, what is there is a prefix
// of the commits, and verify() finds nothing. In deferred mode a suffix may be lost, but nothing
// that flush() or durable_version() told of.
//   --kills 100 --seed 1 --durability full|deferred: the long form. Without arguments: 10 and both.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/crash/check.hpp"
#include "tests/crash/worker.hpp"

namespace {

using namespace vitrine;
using namespace vitrine::crash;
using Clock = std::chrono::steady_clock;

const char* name_of(Durability durability) {
    return durability == Durability::full ? "full" : "deferred";
}

/// This program again, as a worker.
class Worker {
  public:
    Worker(const std::string& file, Durability durability) {
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
            ::execl("/proc/self/exe", "worker", "--worker", file.c_str(), "--durability",
                    name_of(durability), nullptr);
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
    /// Listens that long, kills, and takes what is left in the pipe.
    std::vector<Acknowledgement> kill_after(Clock::duration life, test::Findings& findings) {
        listen(Clock::now() + life, ~std::size_t{0});
        ::kill(process_, SIGKILL);
        while (read_some()) {
        }
        int status = 0;
        ::waitpid(process_, &status, 0);
        findings.expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, [&] {
            return "the worker ended by itself, with status " + std::to_string(status);
        });
        const std::size_t whole = bytes_.size() / sizeof(Acknowledgement);
        std::vector<Acknowledgement> all(whole);
        if (whole != 0)  // memcpy takes no null pointers, not even for nothing
            std::memcpy(all.data(), bytes_.data(), whole * sizeof(Acknowledgement));
        return all;
    }

  private:
    void listen(Clock::time_point until, std::size_t bytes) {
        while (bytes_.size() < bytes && Clock::now() < until) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
            pollfd ready{pipe_, POLLIN, 0};
            if (::poll(&ready, 1, static_cast<int>(left.count()) + 1) > 0 && !read_some()) return;
        }
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
};

void run(Durability durability, std::uint64_t kills, std::uint64_t seed, test::Findings& findings) {
    const core::testing::TemporaryFolder folder;
    std::mt19937_64 random(seed);
    std::uint64_t acknowledged = 0;
    std::uint64_t lost = 0;
    std::uint64_t idle = 0;  // killed before anything was acknowledged
    for (std::uint64_t n = 0; n < kills; ++n) {
        // Most kills come amid commits; some while the store is opened and the crash before mended.
        const bool early = random() % 5 == 0;
        const std::chrono::microseconds life(random() % (early ? 30'000 : 150'000));
        Worker worker(folder.file().string(), durability);
        if (!early) worker.hear();
        const auto heard = worker.kill_after(life, findings);
        acknowledged += heard.size();
        if (heard.empty()) ++idle;
        test::guarded(findings, "reopening after kill " + std::to_string(n), [&] {
            const Store store = Store::open(folder.file());
            lost += check(store, heard, durability, findings);
        });
    }
    std::cout << name_of(durability) << ": " << kills << " kills (" << idle
              << " before the first commit), " << acknowledged << " acknowledgements, " << lost
              << " visible commits lost, file " << std::filesystem::file_size(folder.file()) / 1024
              << " KiB" << std::endl;
    const VerifyReport report = Store::open(folder.file()).verify();
    std::cout << report.objects << " objects, " << report.nodes << " nodes, " << report.versions
              << " versions of " << report.bytes / 1024 << " KiB" << std::endl;
    findings.expect(idle < kills, [] { return "no kill met a commit: nothing was tried"; });
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::string_view durability = arguments.text("--durability", "both");
    const std::string file(arguments.text("--worker", ""));
    if (!file.empty()) {
        try {
            return work(file, durability == "full" ? Durability::full : Durability::deferred);
        } catch (const std::exception& error) {
            std::cerr << "worker: " << error.what() << std::endl;
            return 4;
        }
    }
    const std::uint64_t kills = arguments.number("--kills", 10);
    const std::uint64_t seed = arguments.number("--seed", 1);
    std::cout << "seed " << seed << std::endl;
    test::Findings findings;
    if (durability != "deferred") run(Durability::full, kills, seed, findings);
    if (durability != "full") run(Durability::deferred, kills, seed, findings);
    return findings.result();
}
