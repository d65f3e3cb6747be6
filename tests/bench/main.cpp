// Prints the table of figures: Vitrine against LMDB, measured in turn in the same run.
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/bench/rows.hpp"

namespace {

using namespace vitrine::bench;

/// A folder of this run's own, gone with it.
class Folder {
  public:
    explicit Folder(const std::filesystem::path& parent)
        : path_(parent / fmt::format("vitrine-bench-{}", ::getpid())) {
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

void run(const Bench& bench, const std::vector<std::string>& only, bool json) {
    Report report(json);
    report.head();
    for (const Rows& rows : kRows) {
        const bool wanted =
            only.empty() || std::find(only.begin(), only.end(), rows.name) != only.end();
        if (wanted) rows.run(bench, report);
    }
    report.end();
}

}  // namespace

int main(int argc, char** argv) {
    Bench bench;
    std::vector<std::string> names;
    for (const Rows& rows : kRows) names.emplace_back(rows.name);
    std::vector<std::string> only;
    std::string parent = ".";
    bool quick = false, json = false;
    CLI::App app{"Vitrine's figures beside raw LMDB's, measured in turn"};
    app.add_option("--keys", bench.keys, "objects, and keys of a tree")
        ->check(CLI::Range(std::size_t{1000}, std::size_t{1} << 31))
        ->capture_default_str();
    app.add_option("--reads", bench.reads, "look-ups of a thread in a round")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 31))
        ->capture_default_str();
    app.add_option("--rounds", bench.rounds, "rounds that count")->check(CLI::Range(1, 1000));
    app.add_option("--seconds", bench.seconds, "how long a round of transfers runs");
    app.add_option("--dir", parent, "where the files go for the time being: on the real disk");
    app.add_option("--only", only, "rows to run")->check(CLI::IsMember(names))->delimiter(',');
    app.add_flag("--quick", quick, "100,000 keys and short rounds: a first look, not a figure");
    app.add_flag("--json", json, "for machines");
    app.add_flag_callback(
        "--cpu-clock", [&] { bench.clock = Clock::cpu; },
        "reads are timed by the thread's own clock, for a machine that is not idle");
    CLI11_PARSE(app, argc, argv);
    if (quick) {
        bench.keys = 100'000;
        bench.seconds = 0.5;
    }
    try {
        const Folder folder(parent);
        bench.folder = folder.path();
        run(bench, only, json);
    } catch (const std::exception& error) {
        fmt::print(stderr, "vitrine_bench: {}\n", error.what());
        return 1;
    }
    return 0;
}
