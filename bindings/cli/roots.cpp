#include <memory>

#include "bindings/cli/at_option.hpp"
#include "bindings/cli/commands.hpp"
#include "bindings/cli/json_value.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::string at;
    bool json = false;
};

std::string what_of(const core::schema::Registry& types, const btree::Root& root) {
    if (root.tree) return "tree " + kind_text(types, *root.tree);
    return root.type == 0 ? "nothing: erased" : type_name(types, root.type);
}

void write_root(JsonWriter& out, const core::schema::Registry& types, const std::string& name,
                const btree::Root& root) {
    out.begin_object().key("name");
    if (is_utf8(name))
        out.string(name);
    else
        out.raw(bytes_object(kBytesMember, std::as_bytes(std::span(name))));
    out.key("id").string(fmt::format("#{}", root.id.value));
    out.key("type").string(what_of(types, root));
    out.end_object();
}

int run(const Options& options) {
    const auto store = open_store(options.store, Access::read);
    const auto& types = store->types();
    for (const auto& [name, root] : btree::roots(snapshot_of(*store, options.at))) {
        if (options.json) {
            JsonWriter out(JsonWriter::kCompact);
            write_root(out, types, name, root);
            print_line(out.text());
        } else {
            print("{}\t#{}\t{}", root_text(name), root.id.value, what_of(types, root));
        }
    }
    return kOk;
}

}  // namespace

void add_roots(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add({.name = "roots",
                                  .summary = "The named objects and trees that all begins with",
                                  .details = "Each line has a name, an object id and a type.\n\n"
                                             "Examples:\n"
                                             "  vitrine roots shop.vitrine\n"
                                             "  vitrine roots --json shop.vitrine | jq -r .name",
                                  .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    add_at(command, options->at);
    command.add_flag("--json", options->json, "For programs: a JSON object on each line");
}

}  // namespace vitrine::cli
