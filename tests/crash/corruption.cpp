#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>

#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/crash/corruption_reading.hpp"
#include "tests/crash/corruption_shapes.hpp"
#include "tests/crash/corruption_table.hpp"
#include "tests/support/program.hpp"

// Damages copies of stores in every way there is, opens them in child processes, and reads all that
// they show. What is shown is right, or refused in the documented words; where LMDB itself ends the
// process, that is counted, and with StoreOptions::check_structure it must not happen.
//
//   corruption [--seed N] [--trials N] [--seconds N]      trial k has the seed N + k

namespace vitrine::corruption {
namespace {

using test::Findings;

constexpr unsigned kHangSeconds = 60;

Content content_of(const std::filesystem::path& file, const Catalogue& where) {
    Content content;
    const Store store = Store::open(file);
    read_content(store, where, [&](const std::string& name, const auto& read) {
        std::string text;
        read_item(read, text);
        if (!content.emplace(name, text).second) throw std::logic_error("two items: " + name);
    });
    return content;
}

void write_file(const std::filesystem::path& file, const std::string& bytes) {
    std::filesystem::remove(file.string() + "-lock");
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

struct Prepared {
    Sample sample;
    PageKinds kinds;
};

Prepared prepare(const Shape& shape, std::uint64_t seed, const core::testing::TemporaryFolder& in) {
    const auto file = in.file("sound"), older = in.file("older");
    std::filesystem::remove(file);
    Prepared made{Maker(shape, seed).make(file), kinds_of_pages(file)};
    made.sample.content = content_of(file, made.sample.where);
    write_file(older, made.sample.older);
    made.sample.older_content = content_of(older, made.sample.where);
    write_file(older, made.sample.previous);
    made.sample.previous_content = content_of(older, made.sample.where);
    return made;
}

/// Trials share their memory with the children that run them.
class Trials {
  public:
    Trials(std::vector<Prepared> prepared, std::uint64_t first_seed, std::size_t count,
           const core::testing::TemporaryFolder& folder)
        : prepared_(std::move(prepared)), first_seed_(first_seed), count_(count), folder_(folder) {
        const std::size_t bytes = 2 * count * sizeof(Result);
        void* memory =
            ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        results_ = new (memory) Result[2 * count];
    }

    void run(Table& table, Findings& findings) {
        for (std::size_t next = 0; next < 2 * count_;) next = run_child(next, table, findings);
    }

  private:
    struct Trial {
        const Sample& sample;
        std::string bytes;
        Damager damager;
    };
    [[nodiscard]] std::uint64_t seed_of(std::size_t index) const { return first_seed_ + index / 2; }
    [[nodiscard]] const Prepared& prepared_of(std::size_t index) const {
        return prepared_[seed_of(index) % prepared_.size()];
    }

    void run_one(std::size_t index) {
        Result& result = results_[index];
        result.outcome = Result::started;
        const Prepared& prepared = prepared_of(index);
        std::string bytes = prepared.sample.bytes;
        Damager damager(bytes, prepared.sample.older, prepared.kinds, seed_of(index));
        const bool damaged = damager.run();
        const auto file = folder_.file("damaged");
        write_file(file, bytes);
        const bool taken_back = takes_back_a_commit(prepared.sample.bytes, bytes);
        Reading(prepared.sample, damager.damage(), taken_back, result).run(file, index % 2 == 1);
        if (!damaged && result.outcome != Result::unaffected) {
            std::snprintf(result.note, sizeof result.note, "a sound file is refused");
            result.outcome = Result::odd;
        }
    }

    /// Runs trials in a child until they are done or it dies; the next one to run.
    std::size_t run_child(std::size_t first, Table& table, Findings& findings) {
        const pid_t child = ::fork();
        if (child < 0) throw std::bad_alloc();
        if (child == 0) {
            if (count_ > 1) {  // what sanitizers and libraries say of LMDB's end is of no interest
                const int nowhere = ::open("/dev/null", O_WRONLY);
                ::dup2(nowhere, STDERR_FILENO);
            }
            for (std::size_t i = first; i < 2 * count_; ++i) {
                ::alarm(kHangSeconds);
                run_one(i);
            }
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        std::size_t i = first;
        for (; i < 2 * count_ && results_[i].outcome > Result::started; ++i)
            note(i, {}, table, findings);
        if (i < 2 * count_) note(i++, status, table, findings);
        return i;
    }

    void note(std::size_t index, std::optional<int> died, Table& table, Findings& findings) {
        const Prepared& prepared = prepared_of(index);
        std::string bytes = prepared.sample.bytes;
        Damager damager(bytes, prepared.sample.older, prepared.kinds, seed_of(index));
        damager.run();
        const bool checked = index % 2 == 1;
        const Result& result = results_[index];
        const std::string what = "seed " + std::to_string(seed_of(index)) + " (" +
                                 name_of(damager.damage()) + ", " + damager.kind() + ", page " +
                                 std::to_string(damager.page()) + ", " +
                                 prepared.sample.shape.name + (checked ? ", checked): " : "): ");
        std::string column = column_of(result.outcome);
        if (died) {
            const int signal = WIFSIGNALED(*died) ? WTERMSIG(*died) : 0;
            column = signal == SIGALRM ? "hangs" : "dies";
            // An end of our own making would be one in the checked mode too.
            const bool ours = checked || signal == SIGALRM;
            findings.expect(!ours, [&] {
                return what + (signal == SIGALRM
                                   ? "it does not end"
                                   : "the process died of signal " + std::to_string(signal));
            });
        } else if (result.outcome == Result::wrong || result.outcome == Result::odd) {
            findings.add(what + result.note);
        }
        table.add(name_of(damager.damage()), damager.kind(), checked, column);
    }

    static std::string column_of(Result::Outcome outcome) {
        switch (outcome) {
            case Result::unaffected: return "right data";
            case Result::refused: return "refused at opening";
            case Result::failed: return "error when read";
            case Result::reported: return "found by verify";
            case Result::older: return "the older state";
            case Result::odd: return "another error";
            default: return "WRONG DATA";
        }
    }

    std::vector<Prepared> prepared_;
    const std::uint64_t first_seed_;
    const std::size_t count_;
    const core::testing::TemporaryFolder& folder_;
    Result* results_ = nullptr;
};

int run(const test::Arguments& arguments) {
    using Clock = std::chrono::steady_clock;
    constexpr std::uint64_t kGate = test::kSanitized ? 60 : 300;
    const std::uint64_t seconds = arguments.number("--seconds", 0);
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    std::uint64_t seed = arguments.number("--seed", 1);
    const std::uint64_t count = arguments.number("--trials", kGate);
    std::cout << "seeds from " << seed << std::endl;
    if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 0);
    const core::testing::TemporaryFolder folder;
    Findings findings;
    Table table;
    do {
        std::vector<Prepared> prepared;
        for (const Shape& shape : shapes()) prepared.push_back(prepare(shape, 7, folder));
        Trials(std::move(prepared), seed, count, folder).run(table, findings);
        seed += count;
    } while (Clock::now() < end);
    table.print(std::cout);
    test::figure("corruptions tried", table.trials());
    test::figure("corruptions that LMDB died of, not checked before", table.deaths(false));
    test::figure("corruptions that LMDB died of, checked before", table.deaths(true));
    return findings.result();
}

}  // namespace
}  // namespace vitrine::corruption

int main(int count, char** values) {
    return vitrine::corruption::run(vitrine::test::Arguments(count, values));
}
