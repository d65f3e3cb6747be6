#include <memory>

#include <vitrine/error.hpp>

#include "bindings/cli/at_option.hpp"
#include "bindings/cli/commands.hpp"
#include "bindings/cli/object_path.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/progress_bar.hpp"
#include "btree/reach_paths.hpp"
#include "btree/tree_edits.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::string object;
    std::string at;
    bool json = false;
};

int run(const Options& options) {
    const auto store = open_store(options.store, Access::read);
    const mvcc::Snapshot snapshot = snapshot_of(*store, options.at);
    const core::ObjectId target = object_at(snapshot, options.object);
    std::vector<btree::Reference> found;
    std::map<core::ObjectId, std::string> ways;
    {
        ProgressBar bar("searching");
        found = btree::who_refers(snapshot, target, bar.progress());
        std::set<core::ObjectId> from;
        for (const btree::Reference& reference : found) from.insert(reference.from);
        ways = btree::paths_from_roots(snapshot, from, bar.progress());
    }
    for (const btree::Reference& reference : found) {
        const bool root = reference.from == btree::kCatalog;
        const auto way = ways.find(reference.from);
        const std::string path = root ? reference.path
                                 : way == ways.end()
                                     ? std::string()
                                     : btree::join_path(way->second, reference.path);
        if (options.json) {
            JsonWriter out(JsonWriter::kCompact);
            out.begin_object();
            out.key("from").string(root ? "root" : fmt::format("#{}", reference.from.value));
            out.key("at").string(reference.path).key("path").string(path).end_object();
            print_line(out.text());
        } else {
            print("{}\t{}\t{}", root ? "root" : fmt::format("#{}", reference.from.value),
                  reference.path, root || !path.empty() ? path : "(no root leads there)");
        }
    }
    if (!found.empty()) return kOk;
    if (!snapshot.find(target))
        throw NotFoundError(
            fmt::format("there is no object #{}, and nobody refers to it", target.value));
    return kNo;
}

}  // namespace

void add_who_refers(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "who-refers",
         .summary = "What refers to an object or tree",
         .details = "Each line has who refers, where in it, and a way to there from a root. "
                    "The exit code is 1 when nobody does. Reads the whole store.\n\n"
                    "Examples:\n"
                    "  vitrine who-refers shop.vitrine customers/jane\n"
                    "  vitrine who-refers --json shop.vitrine @12 | jq -r .path",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_option("object", options->object, "The object or tree: an id (@12) or a path")
        ->required();
    add_at(command, options->at);
    command.add_flag("--json", options->json, "For programs: a JSON object on each line");
}

}  // namespace vitrine::cli
