#include "core/archive/restore.hpp"

#include <memory>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/json_writer.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/progress_bar.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string target;
    std::vector<std::string> archives;
    std::optional<std::uint64_t> to;
    bool json = false;
};

BackupReport put_together(const Options& options) {
    std::optional<Version> to;
    if (options.to) to = Version{*options.to};
    ProgressBar bar("restoring");
    return core::archive::restore({options.archives.begin(), options.archives.end()}, to,
                                  options.target, bar.progress());
}

int run(const Options& options) {
    const BackupReport report = put_together(options);
    if (options.json) {
        JsonWriter out(JsonWriter::kCompact);
        out.begin_object().key("version").number(report.version.value());
        out.key("oldest_version").number(report.oldest.value());
        out.key("rows").number(report.rows).key("commits").number(report.commits);
        out.key("bytes").number(report.bytes).end_object();
        print_line(out.text());
        return kOk;
    }
    print("{}: version {}, oldest {}, {} rows, {}", options.target, report.version.value(),
          report.oldest.value(), report.rows, size_text(report.bytes));
    return kOk;
}

}  // namespace

void add_restore(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "restore",
         .summary = "Make a store of a full archive and the increments after it",
         .details = "The archives come in the order in which they were made, the full one first. A "
                    "gap, a\n"
                    "wrong order, another store's archive or damage is refused, and the store is "
                    "there when\n"
                    "all of it is, or not at all. A backup of the new store begins a new chain.\n\n"
                    "Examples:\n"
                    "  vitrine restore shop.vitrine monday tuesday wednesday\n"
                    "  vitrine restore before.vitrine monday tuesday --to 1816",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->target, "The file to make")->required();
    command.add_option("archives", options->archives, "A full archive, then increments")
        ->required();
    command.add_option("--to", options->to,
                       "The version to go back to; one that the archives kept");
    command.add_flag("--json", options->json, "For programs");
}

}  // namespace vitrine::cli
