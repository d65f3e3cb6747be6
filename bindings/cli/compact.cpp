#include "core/archive/compact.hpp"

#include <memory>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/json_writer.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/progress_bar.hpp"
#include "btree/open_file.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    bool json = false;
};

core::archive::CompactReport compact(const std::string& store) {
    btree::open_storage(store, {.create_if_missing = false, .read_only = true});  // after a crash
    ProgressBar bar("compacting");
    return core::archive::compact(store, bar.progress());
}

int run(const Options& options) {
    const auto report = compact(options.store);
    if (options.json) {
        JsonWriter out(JsonWriter::kCompact);
        out.begin_object().key("bytes_before").number(report.bytes_before);
        out.key("bytes_after").number(report.bytes_after).end_object();
        print_line(out.text());
    } else {
        print("{}: {}, was {}", options.store, size_text(report.bytes_after),
              size_text(report.bytes_before));
    }
    return kOk;
}

}  // namespace

void add_compact(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "compact",
         .summary = "Shrink a store's file to what is in it",
         .details =
             "Nothing is lost: the newest version and the history that the retention keeps are\n"
             "copied into a file beside (so the disk must have room for both), which is read back "
             "and\n"
             "then takes the old one's place in one step. Whatever ends the command before that, "
             "the\n"
             "old file is as it was.\n\n"
             "Examples:\n"
             "  vitrine compact shop.vitrine",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file; nobody may have it open")->required();
    command.add_flag("--json", options->json, "For programs");
}

}  // namespace vitrine::cli
