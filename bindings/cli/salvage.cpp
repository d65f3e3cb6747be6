#include "btree/salvage.hpp"

#include <memory>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/exit_code.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/progress_bar.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string damaged;
    std::string fresh;
    bool json = false;
};

// Faults of pages can be many; the whole list is for programs.
constexpr std::size_t kShown = 50;

template <class List, class Text>
void print_list(const char* title, const List& list, Text text) {
    if (list.empty()) return;
    print("\n{} ({})", title, list.size());
    for (std::size_t i = 0; i < std::min(list.size(), kShown); ++i) print("  {}", text(list[i]));
    if (list.size() > kShown) print("  and {} more (--json lists all)", list.size() - kShown);
}

std::string tree_text(const btree::RepairedTree& tree) {
    std::string text = tree.header_lost ? fmt::format("the root names: made anew, {}", tree.entries)
                                        : fmt::format("tree #{}: {} of {} entries", tree.id.value,
                                                      tree.entries, tree.entries_said);
    if (tree.nodes_lost != 0) text += fmt::format(", {} parts missing", tree.nodes_lost);
    if (tree.leaves_attached != 0) text += fmt::format(", {} leaves found", tree.leaves_attached);
    if (tree.large_values_lost != 0)
        text += fmt::format(", {} large values lost", tree.large_values_lost);
    return text;
}

std::string leaf_text(const btree::LooseLeaf& leaf) {
    return fmt::format("object #{}: {} entries from {} to {}", leaf.id.value, leaf.entries,
                       leaf.first_key, leaf.last_key);
}

void print_text(const Options& options, const btree::SalvageReport& report) {
    print("{} rows of {} copied to {}", report.copied.rows, size_text(report.copied.bytes),
          options.fresh);
    print("newest version {}, {} types, {} trees", report.copied.state.newest.value(),
          report.survey.types.size(), report.trees.trees);
    if (report.complete()) return print("nothing is damaged");
    if (report.log_left)
        print("\nbeside it lies a commit log: what only the log has is not in {}", options.fresh);
    const auto same = [](const std::string& text) { return text; };
    print_list("damaged pages", report.survey.page_faults,
               [](const auto& fault) { return to_text(fault); });
    print_list("lost rows", report.copied.lost, [](const auto& row) { return to_text(row); });
    print_list("lost types", report.survey.lost_types, same);
    if (report.survey.lost_commits != 0)
        print("\n{} entries of the log of commits are lost", report.survey.lost_commits);
    print_list("trees made whole", report.trees.repaired, tree_text);
    print_list("leaves that belong nowhere", report.trees.loose, leaf_text);
    if (report.survey.searched_free_pages)
        print("\nThe list of free pages is damaged: objects that were erased may have come back.");
    if (!report.survey.state)
        print("\nThe store's own row is lost: the newest version is that of the newest row.");
    print("\nReferences to what is lost: vitrine verify {}", options.fresh);
}

void write_row(JsonWriter& out, const core::lmdb::RowDamage& damage) {
    out.begin_object();
    if (damage.row) {
        out.key("object").number(damage.row->id.value);
        out.key("version").number(damage.row->version.value());
    }
    if (damage.after) out.key("from_object").number(damage.after->id.value);
    if (damage.before) out.key("to_object").number(damage.before->id.value);
    out.key("page").number(damage.page).key("what").string(damage.what).end_object();
}

void write_tree(JsonWriter& out, const btree::RepairedTree& tree) {
    out.begin_object();
    out.key("tree").number(tree.id.value);
    out.key("header_lost").boolean(tree.header_lost);
    out.key("entries_before").number(tree.entries_said);
    out.key("entries").number(tree.entries);
    out.key("parts_missing").number(tree.nodes_lost);
    out.key("leaves_found").number(tree.leaves_attached);
    out.key("large_values_lost").number(tree.large_values_lost);
    out.end_object();
}

void print_json(const btree::SalvageReport& report) {
    JsonWriter out(JsonWriter::kIndented);
    out.begin_object();
    out.key("complete").boolean(report.complete());
    out.key("rows").number(report.copied.rows);
    out.key("bytes").number(report.copied.bytes);
    out.key("newest_version").number(report.copied.state.newest.value());
    out.key("types").number(std::uint64_t{report.survey.types.size()});
    out.key("trees").number(report.trees.trees);
    out.key("damaged_pages").begin_array();
    for (const auto& fault : report.survey.page_faults) {
        out.begin_object().key("page").number(fault.page).key("table").string(fault.table);
        out.key("what").string(fault.what).end_object();
    }
    out.end_array().key("lost_rows").begin_array();
    for (const auto& damage : report.copied.lost) write_row(out, damage);
    out.end_array().key("lost_types").begin_array();
    for (const std::string& text : report.survey.lost_types) out.string(text);
    out.end_array().key("lost_commits").number(report.survey.lost_commits);
    out.key("trees_made_whole").begin_array();
    for (const auto& tree : report.trees.repaired) write_tree(out, tree);
    out.end_array().key("loose_leaves").begin_array();
    for (const auto& leaf : report.trees.loose) {
        out.begin_object().key("object").number(leaf.id.value);
        out.key("entries").number(leaf.entries).key("first").string(leaf.first_key);
        out.key("last").string(leaf.last_key).end_object();
    }
    out.end_array();
    out.key("log_left").boolean(report.log_left);
    out.key("searched_free_pages").boolean(report.survey.searched_free_pages);
    out.end_object();
    print_line(out.text());
}

int run(const Options& options) {
    btree::SalvageReport report;
    {
        ProgressBar bar("salvaging");
        report = btree::salvage(options.damaged, options.fresh, bar.progress());
    }
    options.json ? print_json(report) : print_text(options, report);
    return report.complete() ? kOk : kNo;
}

}  // namespace

void add_salvage(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command =
        line.add({.name = "salvage",
                  .summary = "Copy all that is readable of a damaged file into a new one",
                  .details = "The damaged file is only read, page by page, without trusting any. "
                             "Rows prove themselves by\ntheir checksums; trees with parts missing "
                             "are made whole of what is left. Exit code 0 says that\nnothing was "
                             "lost, 1 that the list says what was.\n\n"
                             "Examples:\n"
                             "  vitrine salvage broken.vitrine rescued.vitrine\n"
                             "  vitrine salvage --json broken.vitrine rescued.vitrine | "
                             "jq '.lost_rows[].object'",
                  .run = [options] { return run(*options); }});
    command.add_option("damaged", options->damaged, "The damaged file")->required();
    command.add_option("new", options->fresh, "The file to make: not there yet")->required();
    command.add_flag("--json", options->json, "For programs; lists everything");
}

}  // namespace vitrine::cli
