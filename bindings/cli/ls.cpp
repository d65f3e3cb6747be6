#include <limits>
#include <memory>
#include <optional>

#include <vitrine/error.hpp>

#include "bindings/cli/at_option.hpp"
#include "bindings/cli/commands.hpp"
#include "bindings/cli/key_json.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/path.hpp"
#include "bindings/cli/print.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::string at;
    std::string path;
    std::optional<std::string> from;
    std::optional<std::string> until;
    std::optional<std::string> prefix;
    std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
    bool reverse = false;
    bool keys = false;
    bool json = false;
};

// Of two bounds the tighter one: --prefix may stand beside --from.
void raise_low(btree::Bounds& bounds, btree::KeyBytes key) {
    if (!bounds.low || *bounds.low < key) bounds.low = std::move(key);
}
void lower_high(btree::Bounds& bounds, btree::KeyBytes key) {
    if (!bounds.high || key < *bounds.high) bounds.high = std::move(key);
}

btree::Bounds bounds_of(const Options& options, const std::string& kind) {
    btree::Bounds bounds;
    bounds.reversed = options.reverse;
    if (options.from) raise_low(bounds, parse_key(kind, *options.from));
    if (options.until) lower_high(bounds, parse_key(kind, *options.until));
    if (options.prefix) {
        btree::KeyBytes prefix = parse_key(kind, *options.prefix, true);
        if (auto end = end_of_prefix(prefix)) lower_high(bounds, std::move(*end));
        raise_low(bounds, std::move(prefix));
    }
    return bounds;
}

btree::Bounds checked_bounds(const Options& options, const std::string& kind) {
    try {
        return bounds_of(options, kind);
    } catch (const JsonError& error) {
        throw WrongUsage(fmt::format("keys of this tree are of kind {}: {}", kind, error.what()));
    }
}

void print_entry(const Options& options, const core::schema::Registry& types,
                 const btree::TreeKind& kind, btree::Cursor& cursor) {
    const btree::KeyBytes key = cursor.key_copy();
    JsonWriter out(JsonWriter::kCompact);
    if (options.json) {
        out.begin_object().key("key");
        write_key(out, kind.key, key);
        if (!options.keys && kind.value != "unit") {
            out.key("value");
            write_value(out, types, kind.value, cursor.value(), Exactness::shown);
        }
        out.end_object();
        print_line(out.text());
        return;
    }
    std::string text = show_key(kind.key, key);
    if (!options.keys && kind.value != "unit") {
        write_value(out, types, kind.value, cursor.value(), Exactness::shown);
        text += '\t' + out.take();
    }
    print_line(text);
}

int run(const Options& options) {
    const auto store = open_store(options.store, Access::read);
    const mvcc::Snapshot snapshot = snapshot_of(*store, options.at);
    const auto tree = follow_to_tree(snapshot, options.path);
    const btree::Bounds bounds = checked_bounds(options, tree->kind().key);
    if (bounds.low && bounds.high && *bounds.high <= *bounds.low) return kOk;
    const auto cursor = tree->cursor(bounds);
    for (std::uint64_t i = 0; i < options.limit && cursor->valid(); ++i, cursor->step())
        print_entry(options, store->types(), tree->kind(), *cursor);
    return kOk;
}

}  // namespace

void add_ls(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "ls",
         .summary = "The keys and values of a tree, in order",
         .details =
             "PATH as for `vitrine get`. Each line has a key, a tab, and the value as JSON; with\n"
             "--json each line is an object. Keys are typed as they are shown: strings without\n"
             "quotes, bytes as base64, tuples as JSON; the prefix of a tuple is its first "
             "fields.\n\n"
             "Examples:\n"
             "  vitrine ls shop.vitrine customers --limit 10\n"
             "  vitrine ls shop.vitrine customers --prefix jane\n"
             "  vitrine ls shop.vitrine readings --from '[\"station-3\",100]' --reverse --json\n"
             "  vitrine ls shop.vitrine @4711/orders --keys",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_option("path", options->path, "The tree")->required();
    add_at(command, options->at);
    command.add_option("--from", options->from, "From this key on, itself included");
    command.add_option("--until", options->until, "Up to this key, without it");
    command.add_option("--prefix", options->prefix, "Keys that begin so");
    command.add_option("--limit", options->limit, "So many at most");
    command.add_flag("--reverse", options->reverse, "From the end");
    command.add_flag("--keys", options->keys, "Without the values");
    command.add_flag("--json", options->json, "For programs: a JSON object on each line");
}

}  // namespace vitrine::cli
