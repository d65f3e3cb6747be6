// A Debian control file as an object graph: imported once, then analysed by several threads on one
// snapshot while a writer keeps changing packages.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <vitrine/vitrine.hpp>

#include "answers.hpp"
#include "experiment.hpp"
#include "importer.hpp"
#include "report.hpp"

namespace {

namespace fs = std::filesystem;

struct Arguments {
    fs::path file = "/var/lib/dpkg/status";
    fs::path store;
    unsigned threads = std::max(2u, std::thread::hardware_concurrency());
    std::size_t top = 10;
    bool again = false;
    std::string show;
};

// The user's cache: what is there can be made again from the control file.
fs::path default_store(const fs::path& file) {
    fs::path folder = fs::temp_directory_path();
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
        folder = cache;
    } else if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
        folder = fs::path{home} / ".cache";
    }
    folder /= "vitrine-packages";
    fs::create_directories(folder);
    return folder / (file.filename().string() + ".vitrine");
}

class Stopwatch {
  public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    }

  private:
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

void import_if_needed(vitrine::Store& store, const packages::SourceFile& source) {
    if (packages::is_imported(store.snapshot(), source)) return;
    const Stopwatch watch;
    packages::import_file(store, source);
    const auto stats = store.stats();
    fmt::print("imported {} in {:.2f} s: {} commits, a file of {:.1f} MiB\n", source.path,
               watch.seconds(), stats.commits,
               static_cast<double>(stats.file_bytes) / (1024 * 1024));
}

// Returns whether all went as promised.
bool run(const Arguments& arguments) {
    const auto source = packages::SourceFile::at(arguments.file);
    const Stopwatch watch;
    const auto path = arguments.store.empty() ? default_store(arguments.file) : arguments.store;
    auto store = vitrine::Store::open(path);
    import_if_needed(store, source);
    if (!arguments.show.empty()) {
        packages::print_package(store.snapshot(), arguments.show);
        return true;
    }

    const auto known = packages::load_answers(store.snapshot());
    if (known && !arguments.again) {
        packages::print_findings(store.snapshot(), *known, arguments.top);
        fmt::print(
            "\nopened {} and answered in {:.1f} ms, as the last run found out; --again has "
            "it found out anew\n",
            path.string(), watch.seconds() * 1000);
        return true;
    }
    const auto experiment = packages::run_experiment(store, source, arguments.threads);
    packages::print_findings(store.snapshot(), experiment.findings, arguments.top);
    packages::print_experiment(experiment);
    store.close();
    return experiment.moved == 0;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app{
        "Imports a Debian control file into a Vitrine store, as packages that refer to what they\n"
        "depend on. Then several threads share one snapshot and compute the closure of every\n"
        "package and the installed size by section, while a writer keeps changing packages.\n"
        "A second run on the same file answers from the store at once."};
    app.add_option("file", arguments.file,
                   "control file: /var/lib/dpkg/status, or what `apt-cache dumpavail` prints")
        ->check(CLI::ExistingFile)
        ->capture_default_str();
    app.add_option("-s,--store", arguments.store,
                   "the store (default: <file>.vitrine in vitrine-packages in your cache folder)");
    app.add_option("-t,--threads", arguments.threads, "threads that analyse")
        ->check(CLI::Range(1u, 256u))
        ->capture_default_str();
    app.add_option("-n,--top", arguments.top, "lines of each table, up to 100")
        ->capture_default_str();
    app.add_flag("--again", arguments.again, "analyse anew, also when the answers are stored");
    app.add_option("--show", arguments.show,
                   "only show this package: what it depends on, and what satisfies that");
    CLI11_PARSE(app, argc, argv);
    try {
        return run(arguments) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& error) {
        fmt::print(stderr, "packages: {}\n", error.what());
        return EXIT_FAILURE;
    }
}
