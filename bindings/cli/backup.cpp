#include "mvcc/backup.hpp"

#include <chrono>
#include <memory>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/json_writer.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/progress_bar.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::string target;
    std::optional<std::uint64_t> since;
    std::string since_backup;
    bool copy = false;
    bool json = false;
};

BackupReport back_up(const Options& options, std::optional<core::archive::Since>& since) {
    const auto store = open_store(options.store, Access::read);
    ProgressBar bar("backing up");
    if (options.copy) return mvcc::backup(*store, options.target, bar.progress());
    if (options.since) since = core::archive::Since{Version{*options.since}};
    if (!options.since_backup.empty())
        since = core::archive::end_of(options.since_backup, store->storage().state().identity);
    return mvcc::backup_archive(*store, since, options.target, bar.progress());
}

int run(const Options& options) {
    std::optional<core::archive::Since> since;
    const BackupReport report = back_up(options, since);
    if (options.json) {
        JsonWriter out(JsonWriter::kCompact);
        out.begin_object().key("version").number(report.version.value());
        out.key("oldest_version").number(report.oldest.value());
        out.key("since");
        since ? out.number(since->version.value()) : out.null();
        out.key("rows").number(report.rows).key("commits").number(report.commits);
        out.key("bytes").number(report.bytes).end_object();
        print_line(out.text());
        return kOk;
    }
    std::string what = fmt::format("version {}", report.version.value());
    if (report.oldest < report.version)
        what += fmt::format(" with the history from {}", report.oldest.value());
    if (since) what = fmt::format("what changed from {} to {}", since->version.value(), what);
    print("{}: {}, {} rows, {}", options.target, what, report.rows, size_text(report.bytes));
    return kOk;
}

}  // namespace

void add_backup(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "backup",
         .summary = "Write an archive of a store, or of what changed in it",
         .details =
             "The archive has the newest version and the history that the store's retention "
             "keeps.\n"
             "With --since-backup it has only what changed after that archive; 'vitrine restore'\n"
             "puts such a chain together. It is read back before it gets its name, and an "
             "existing\n"
             "file is never replaced. (A program backs its open store up with Store::backup().)\n\n"
             "Examples:\n"
             "  vitrine backup shop.vitrine monday\n"
             "  vitrine backup shop.vitrine tuesday --since-backup monday\n"
             "  vitrine backup shop.vitrine shop-copy.vitrine --copy",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_option("archive", options->target, "The file to write")->required();
    auto* previous = command.add_option("--since-backup", options->since_backup,
                                        "Only what changed after this archive");
    auto* since = command.add_option("--since", options->since,
                                     "Only what changed after this version, with which the chain's "
                                     "last archive must end");
    auto* copy = command.add_flag("--copy", options->copy,
                                  "A store instead of an archive: compact, and usable as it is");
    previous->excludes(since);
    copy->excludes(since)->excludes(previous);
    command.add_flag("--json", options->json, "For programs");
}

}  // namespace vitrine::cli
