#include <filesystem>
#include <memory>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/space.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    bool json = false;
    bool quick = false;
    std::size_t trees = 20;
};

struct Facts {
    core::StorageState state;
    core::StorageSize size;
    std::size_t pinned = 0;  // snapshots of a process that ended without closing
    std::vector<std::pair<std::string, btree::Root>> roots;
    std::optional<Space> space;
};

Facts facts_of(const mvcc::Snapshot& snapshot, const Options& options) {
    core::Storage& storage = snapshot.store().storage();
    Facts facts{storage.state(), storage.size(),
                storage.witnesses({{}, storage.state().history.oldest}).size(),
                btree::roots(snapshot), std::nullopt};
    if (!options.quick) {
        ProgressBar bar("measuring");
        facts.space = measure_space(snapshot, options.trees, bar);
    }
    return facts;
}

std::string root_of(const Facts& facts, core::ObjectId tree) {
    for (const auto& [name, root] : facts.roots)
        if (root.id == tree) return root_text(name);
    return "";
}

void print_json(const Facts& facts, const mvcc::Snapshot& snapshot) {
    const auto& types = snapshot.store().types();
    JsonWriter out(JsonWriter::kIndented);
    out.begin_object();
    out.key("file_bytes").number(facts.size.file_bytes);
    out.key("free_bytes").number(facts.size.free_bytes);
    out.key("newest_version").number(facts.state.newest.value());
    out.key("newest_time").string(time_text(facts.state.time));
    out.key("retention").string(retention_text(facts.state.history.retention));
    out.key("oldest_version").number(facts.state.history.oldest.value());
    out.key("pinned_versions").number(std::uint64_t{facts.pinned});
    out.key("next_object").number(facts.state.next_object_id);
    out.key("roots").number(std::uint64_t{facts.roots.size()});
    if (facts.space) {
        out.key("trees").number(facts.space->trees);
        out.key("tombstones").number(facts.space->tombstones);
        out.key("types").begin_array();
        for (const auto& [id, type] : facts.space->types) {
            out.begin_object();
            out.key("id").string(core::schema::hex_id(id));
            out.key("name").string(type_name(types, id));
            out.key("objects").number(type.objects).key("bytes").number(type.bytes);
            out.key("older_rows").number(type.older_rows);
            out.key("older_bytes").number(type.older_bytes);
            out.end_object();
        }
        out.end_array().key("largest_trees").begin_array();
        for (const TreeSpace& tree : facts.space->largest_trees) {
            out.begin_object();
            out.key("id").number(tree.id.value).key("root").string(root_of(facts, tree.id));
            out.key("key").string(tree.kind.key).key("value").string(tree.kind.value);
            out.key("entries").number(tree.entries).key("nodes").number(tree.nodes);
            out.key("bytes").number(tree.bytes).end_object();
        }
        out.end_array();
    }
    out.end_object();
    print_line(out.text());
}

void print_space(const Facts& facts, const mvcc::Snapshot& snapshot) {
    const auto& types = snapshot.store().types();
    print("\n{:<32} {:>12} {:>12} {:>12} {:>12}", "space by type", "objects", "size", "older rows",
          "size");
    for (const auto& [id, type] : facts.space->types)
        print("{:<32} {:>12} {:>12} {:>12} {:>12}", type_name(types, id), type.objects,
              size_text(type.bytes), type.older_rows, size_text(type.older_bytes));
    if (facts.space->tombstones != 0) print("{:<32} {:>12}", "erased", facts.space->tombstones);
    if (facts.space->trees == 0) return;
    print("\n{:<32} {:>12} {:>12} {:>12}  {}",
          fmt::format("largest of {} trees", facts.space->trees), "entries", "nodes", "size",
          "keys and values");
    for (const TreeSpace& tree : facts.space->largest_trees)
        print("{:<32} {:>12} {:>12} {:>12}  {}",
              fmt::format("#{} {}", tree.id.value, root_of(facts, tree.id)), tree.entries,
              tree.nodes, size_text(tree.bytes), kind_text(types, tree.kind));
}

void print_text(const Facts& facts, const mvcc::Snapshot& snapshot) {
    const auto& state = facts.state;
    print("{}", snapshot.store().storage().name());
    print("size            {}, {} of it free", size_text(facts.size.file_bytes),
          size_text(facts.size.free_bytes));
    print("newest version  {} of {}", state.newest.value(), time_text(state.time));
    print("oldest version  {} (retention: {})", state.history.oldest.value(),
          retention_text(state.history.retention));
    if (facts.pinned != 0)
        print("pinned          {} versions, by a program that did not close the store",
              facts.pinned);
    print("object ids      up to {}", state.next_object_id - 1);
    print("roots           {}", facts.roots.size());
    if (facts.space) print_space(facts, snapshot);
}

int run(const Options& options) {
    const auto store = open_store(options.store, Access::read);
    const mvcc::Snapshot snapshot = store->snapshot();
    const Facts facts = facts_of(snapshot, options);
    options.json ? print_json(facts, snapshot) : print_text(facts, snapshot);
    return kOk;
}

}  // namespace

void add_info(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command =
        line.add({.name = "info",
                  .summary = "Sizes, versions, types, and what takes the space",
                  .details = "Reads the whole file; --quick reads its head only.\n\n"
                             "Examples:\n"
                             "  vitrine info shop.vitrine\n"
                             "  vitrine info --json shop.vitrine | jq '.types[] | {name, bytes}'",
                  .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_flag("--json", options->json, "For programs");
    command.add_flag("--quick", options->quick, "Without the space by type and by tree");
    command.add_option("--trees", options->trees, "How many of the largest trees are listed")
        ->capture_default_str();
}

}  // namespace vitrine::cli
