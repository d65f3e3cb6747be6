// Prints the table of figures: Vitrine beside the stores that are installed, in turn, in one run.
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "tests/bench/child.hpp"
#include "tests/bench/others.hpp"
#include "tests/bench/run.hpp"
#include "tests/bench/syncs.hpp"
#include "tests/bench/table.hpp"

namespace {

using namespace vitrine::bench;
using Names = std::vector<std::string>;

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

struct Options {
    Scale scale;
    int rounds = 3;
    Names stores;
    Names only;
    Names one;
    std::string parent = ".";
    std::string markdown_file;
    std::string json_file;
    bool quick = false;
};

bool wanted(const Names& names, std::string_view name) {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

void write(const std::string& file, const std::string& text) {
    if (file.empty()) return;
    std::ofstream out(file);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + file);
}

/// What there is so far, in the order of the rows: a run that is broken off leaves what it had.
void write_files(const Options& options, Table table) {
    std::sort(table.lines.begin(), table.lines.end(),
              [](const Line& a, const Line& b) { return a.row < b.row; });
    write(options.markdown_file, markdown(table));
    write(options.json_file, json(table));
}

int run(Options& options) {
    const Folder folder(options.parent);
    options.scale.folder = folder.path();
    Table table{.scale = options.scale, .rounds = options.rounds};
    for (const Kind& kind : all_kinds())
        if (kind.open == nullptr)
            table.missing.push_back(&kind);
        else if (kind.name == "vitrine" || wanted(options.stores, kind.name))
            table.stores.push_back(&kind);
    fmt::print("{}\n", head_text(table));
    const Others others;
    bool good = true;
    for (const Workload& workload : all_workloads()) {
        if (!wanted(options.only, workload.name)) continue;
        const std::size_t before = table.lines.size();
        good &= measure(table, workload, [](const std::string& complaint) {
            fmt::print(stderr, "vitrine_bench: {}\n", complaint);
        });
        for (std::size_t i = before; i < table.lines.size(); ++i)
            fmt::print("{}\n", line_text(table, table.lines[i]));
        std::fflush(stdout);
        table.others = others.share();
        write_files(options, table);
    }
    for (const Kind* kind : table.missing) fmt::print("not installed: {}\n", kind->title);
    fmt::print("other programs took {:.0f} % of the processors meanwhile\n", table.others * 100);
    return good ? 0 : 1;
}

void describe(CLI::App& app, Options& options) {
    Names stores, workloads;
    for (const Kind& kind : all_kinds()) stores.emplace_back(kind.name);
    for (const Workload& workload : all_workloads()) workloads.emplace_back(workload.name);
    Scale& scale = options.scale;
    app.add_option("--stores", options.stores, "stores beside Vitrine")
        ->check(CLI::IsMember(stores))
        ->delimiter(',');
    app.add_option("--only", options.only, "workloads to run")
        ->check(CLI::IsMember(workloads))
        ->delimiter(',');
    app.add_option("--keys", scale.keys, "objects, and keys of a tree")
        ->check(CLI::Range(std::size_t{1000}, std::size_t{1} << 31))
        ->capture_default_str();
    app.add_option("--reads", scale.reads, "look-ups of a thread in a round")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 31))
        ->capture_default_str();
    app.add_option("--rounds", options.rounds, "rounds that count")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--seconds", scale.seconds, "how long a round of transfers runs")
        ->capture_default_str();
    app.add_option_function<std::size_t>(
        "--cache-mib", [&scale](std::size_t mib) { scale.cache_bytes = mib << 20; },
        "the cache of each store but LMDB, which has none: 512 unless told");
    app.add_option("--dir", options.parent, "where the files go for the time being: a real disk");
    app.add_option("--markdown", options.markdown_file, "write the table to this file");
    app.add_option("--json", options.json_file, "write it for machines, and for `report`");
    app.add_flag("--quick", options.quick, "100,000 keys and short rounds: a first look");
    app.add_flag_callback(
        "--cpu-clock", [&scale] { scale.clock = Clock::cpu; },
        "reads are timed by the thread's own clock, for a machine that is not idle");
    app.add_option("--one", options.one, "STORE WORKLOAD: one round in this process, in --dir")
        ->expected(2)
        ->group("");
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"Vitrine's figures beside those of other stores, measured in turn"};
    describe(app, options);
    CLI11_PARSE(app, argc, argv);
    if (options.quick) {
        options.scale.keys = 100'000;
        options.scale.reads = 300'000;
        options.scale.seconds = 0.5;
    }
    try {
        if (options.one.empty()) return run(options);
        options.scale.folder = options.parent;
        watch_syncs();
        run_here(options.scale, options.one[0], options.one[1]);
    } catch (const std::exception& error) {
        fmt::print(stderr, "vitrine_bench: {}\n", error.what());
        return 1;
    }
    return 0;
}
