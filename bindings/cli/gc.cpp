#include <memory>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/progress_bar.hpp"
#include "btree/collect.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    bool dry_run = false;
    bool json = false;
};

void print_json(const GcReport& report, bool dry_run) {
    JsonWriter out(JsonWriter::kIndented);
    out.begin_object();
    out.key("dry_run").boolean(dry_run);
    out.key("version").number(report.snapshot.value());
    out.key("objects_examined").number(report.objects_examined);
    out.key("objects_reachable").number(report.objects_reachable);
    out.key("objects_erased").number(report.objects_erased);
    out.key("trees_erased").number(report.trees_erased);
    out.key("entries_erased").number(report.entries_erased);
    out.key("bytes_freed").number(report.bytes_freed);
    out.key("commits").number(report.commits);
    out.key("peak_bytes").number(report.peak_bytes);
    out.key("seconds").number(std::chrono::duration<double>(report.duration).count());
    out.end_object();
    print_line(out.text());
}

void print_text(const GcReport& report, bool dry_run) {
    print("{} of {} objects and trees can be reached from the roots", report.objects_reachable,
          report.objects_examined);
    print("{} {} objects and {} trees with {} entries: {}", dry_run ? "would erase" : "erased",
          report.objects_erased, report.trees_erased, report.entries_erased,
          size_text(report.bytes_freed));
}

int run(const Options& options) {
    const auto store = open_store(options.store, options.dry_run ? Access::read : Access::write);
    ProgressBar bar(options.dry_run ? "looking for garbage" : "collecting garbage");
    const GcReport report = options.dry_run
                                ? btree::plan_garbage(store->snapshot(), bar.progress())
                                : btree::collect_garbage(store->snapshot(), bar.progress());
    options.json ? print_json(report, options.dry_run) : print_text(report, options.dry_run);
    return kOk;
}

}  // namespace

void add_gc(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command =
        line.add({.name = "gc",
                  .summary = "Erases objects that no root leads to",
                  .details = "What is erased stays in the past that the store's retention keeps. "
                             "Ctrl-C ends it; what was erased by then stays erased.\n\n"
                             "Examples:\n"
                             "  vitrine gc --dry-run shop.vitrine\n"
                             "  vitrine gc shop.vitrine",
                  .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_flag("--dry-run", options->dry_run, "Only says what would be erased");
    command.add_flag("--json", options->json, "For programs");
}

}  // namespace vitrine::cli
