#include <algorithm>
#include <memory>
#include <optional>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "btree/tree_edits.hpp"
#include "mvcc/past.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::optional<std::uint64_t> after;
    std::uint64_t limit = 20;
    bool json = false;
};

constexpr std::size_t kAtOnce = 256;
constexpr std::size_t kShownChanges = 8;

std::string what_is(const mvcc::Snapshot& snapshot, core::ObjectId id) {
    if (id == btree::kCatalog) return "roots";
    const auto& types = snapshot.store().types();
    if (const auto kind = btree::kind_of(snapshot, id)) return "tree " + kind_text(types, *kind);
    const auto version = snapshot.find(id);
    return version ? type_name(types, version->type()) : "erased";
}

void print_json(const CommitInfo& commit, const mvcc::Snapshot& snapshot) {
    JsonWriter out(JsonWriter::kCompact);
    out.begin_object().key("version").number(commit.version.value());
    out.key("time").string(time_text(commit.time)).key("note").string(commit.note);
    out.key("changed").begin_array();
    for (const AnyRef changed : commit.changed) {
        out.begin_object().key("id").string(fmt::format("#{}", changed.id()));
        out.key("type").string(what_is(snapshot, core::to_id(changed))).end_object();
    }
    out.end_array().end_object();
    print_line(out.text());
}

void print_text(const CommitInfo& commit, const mvcc::Snapshot& snapshot) {
    print("{:>10}  {}{}{}", commit.version.value(), time_text(commit.time),
          commit.note.empty() ? "" : "  ", commit.note);
    const std::size_t shown = std::min(commit.changed.size(), kShownChanges);
    for (const AnyRef changed : std::span(commit.changed).first(shown))
        print("            #{} {}", changed.id(), what_is(snapshot, core::to_id(changed)));
    if (shown < commit.changed.size())
        print("            … {} more", commit.changed.size() - shown);
}

int run(const Options& options) {
    const auto store = open_store(options.store, Access::read);
    const auto newest = store->version().value();
    Version after{options.after ? *options.after : newest - std::min(newest, options.limit)};
    std::uint64_t left = options.limit;
    bool any = false;
    while (left != 0) {
        const auto commits = mvcc::commits(*store, after, std::min<std::uint64_t>(left, kAtOnce));
        if (commits.empty()) break;
        for (const CommitInfo& commit : commits) {
            const mvcc::Snapshot snapshot = store->snapshot_at(commit.version);
            options.json ? print_json(commit, snapshot) : print_text(commit, snapshot);
        }
        any = true;
        left -= commits.size();
        after = commits.back().version;
    }
    if (!any && !options.json && newest != 0)
        std::fputs("vitrine: the log has nothing there (see the retention in `vitrine info`)\n",
                   stderr);
    return kOk;
}

}  // namespace

void add_log(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "log",
         .summary = "The last commits: when, their notes, and what each changed",
         .details = "Oldest first. How far the log reaches is a matter of the store's retention;\n"
                    "under `none` there is no log.\n\n"
                    "Examples:\n"
                    "  vitrine log shop.vitrine\n"
                    "  vitrine log shop.vitrine --after 100 --limit 50\n"
                    "  vitrine log --json shop.vitrine | jq -r .note",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_option("--after", options->after, "Only commits after this version");
    command.add_option("--limit", options->limit, "So many at most")->capture_default_str();
    command.add_flag("--json", options->json, "For programs: a JSON object on each line");
}

}  // namespace vitrine::cli
