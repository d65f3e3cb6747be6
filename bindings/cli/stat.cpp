#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>

#include <vitrine/error.hpp>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/progress_bar.hpp"
#include "btree/open_file.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    bool watch = false;
    bool json = false;
    double interval = 2;
    std::uint64_t count = 0;  // 0: until Ctrl-C
};

/// What can be seen of a file without disturbing whoever has it.
struct Sight {
    std::uint64_t file_bytes = 0;
    std::uint64_t disk_bytes = 0;  // what it takes on the disk: a file can have holes
    std::string in_use{};          // by whom, as the storage says it; then nothing below is known
    std::optional<core::StorageState> state{};
    std::optional<core::StorageSize> size{};
};

Sight look(const std::string& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0)
        throw StorageError(fmt::format("{}: {}", file, std::strerror(errno)));
    constexpr std::uint64_t kBlock = 512;  // what st_blocks counts in
    Sight sight;
    sight.file_bytes = static_cast<std::uint64_t>(found.st_size);
    sight.disk_bytes = static_cast<std::uint64_t>(found.st_blocks) * kBlock;
    if (found.st_size == 0) throw StorageError(fmt::format("{} is empty: no store yet", file));
    try {
        const auto storage =
            btree::open_storage(file, {.create_if_missing = false, .read_only = true});
        sight.state = storage->state();
        sight.size = storage->size();
    } catch (const StorageError& error) {
        // The lock alone says so: other errors are the same next time.
        if (std::string_view(error.what()).find("is locked by") == std::string_view::npos) throw;
        sight.in_use = error.what();
    }
    return sight;
}

void print_json(const Sight& sight, core::Time now) {
    JsonWriter out(JsonWriter::kCompact);
    out.begin_object().key("time").string(time_text(now));
    out.key("file_bytes").number(sight.file_bytes).key("disk_bytes").number(sight.disk_bytes);
    out.key("in_use").boolean(!sight.state);
    if (sight.state) {
        out.key("free_bytes").number(sight.size->free_bytes);
        out.key("newest_version").number(sight.state->newest.value());
        out.key("newest_time").string(time_text(sight.state->time));
        out.key("oldest_version").number(sight.state->history.oldest.value());
        out.key("next_object").number(sight.state->next_object_id);
    }
    out.end_object();
    print_line(out.text());
}

void print_text(const Sight& sight, core::Time now) {
    const std::string time = time_text(now).substr(0, 19);
    if (!sight.state) {
        print("{}  {:>12} {:>12}  {}", time, size_text(sight.file_bytes),
              size_text(sight.disk_bytes), sight.in_use);
        return;
    }
    print("{}  {:>12} {:>12} {:>12} {:>12} {:>12}", time, size_text(sight.file_bytes),
          size_text(sight.disk_bytes), size_text(sight.size->free_bytes),
          sight.state->newest.value(), sight.state->next_object_id - 1);
}

int run(const Options& options) {
    // Its Ctrl-C handling is wanted, and that is how a watch ends well.
    const ProgressBar bar("watching");
    if (!options.json)
        print("{:<19}  {:>12} {:>12} {:>12} {:>12} {:>12}", "time (UTC)", "file", "on disk", "free",
              "version", "last object");
    const std::uint64_t count = options.watch ? options.count : 1;
    for (std::uint64_t i = 0; !interrupted();) {
        const auto now = std::chrono::system_clock::now();
        const Sight sight = look(options.store);
        options.json ? print_json(sight, now) : print_text(sight, now);
        std::fflush(stdout);  // a line is to be seen when it is written, in a pipe too
        if (++i == count) break;
        wait_unless_interrupted(std::chrono::duration<double>(options.interval));
    }
    return kOk;
}

}  // namespace

void add_stat(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "stat",
         .summary = "Size, free space and newest version in a line; --watch goes on",
         .details =
             "The store is opened for a moment each time. While a program has it open, only the\n"
             "size of the file can be seen, and the line says who has it: counters such as "
             "commits\n"
             "per second are known to that program alone (Store::stats). A program that opens the\n"
             "store in the very moment of a look is refused; do not watch a store that is opened\n"
             "often.\n\n"
             "Examples:\n"
             "  vitrine stat shop.vitrine\n"
             "  vitrine stat --watch --interval 10 shop.vitrine\n"
             "  vitrine stat --watch --json shop.vitrine >> sizes.jsonl",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    CLI::Option* watch = command.add_flag("--watch", options->watch, "A line now and then");
    command.add_option("--interval", options->interval, "Seconds between the lines")
        ->needs(watch)
        ->check(CLI::Range(0.01, 86400.0))
        ->capture_default_str();
    command.add_option("--count", options->count, "So many lines; else until Ctrl-C")->needs(watch);
    command.add_flag("--json", options->json, "For programs: a JSON object on each line");
}

}  // namespace vitrine::cli
