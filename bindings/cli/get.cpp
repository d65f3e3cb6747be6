#include <memory>

#include <vitrine/error.hpp>

#include "bindings/cli/at_option.hpp"
#include "bindings/cli/commands.hpp"
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
    bool compact = false;
    bool about = false;
};

// What is known of an object besides its fields.
void write_about(JsonWriter& out, const mvcc::Snapshot& snapshot, const Place& place) {
    out.begin_object();
    if (const auto* object = std::get_if<Place::Object>(&place.what)) {
        const core::TypeId type = object->version->type();
        out.key("id").string(fmt::format("#{}", object->id.value));
        out.key("type").string(type_name(snapshot.store().types(), type));
        out.key("type_id").string(core::schema::hex_id(type));
        out.key("version").number(object->version->born().value());
        out.key("bytes").number(std::uint64_t{object->version->row().size_bytes()});
    }
    out.key("value");
    write_place(out, snapshot, place);
    out.end_object();
}

int run(const Options& options) {
    const auto store = open_store(options.store, Access::read);
    const mvcc::Snapshot snapshot = snapshot_of(*store, options.at);
    const Place place = follow_path(snapshot, options.path);
    JsonWriter out(options.compact ? JsonWriter::kCompact : JsonWriter::kIndented);
    options.about ? write_about(out, snapshot, place) : write_place(out, snapshot, place);
    print_line(out.text());
    // A reference at the end of the path that leads nowhere was shown, and is no object.
    return std::holds_alternative<Place::Nothing>(place.what) ? kNo : kOk;
}

}  // namespace

void add_get(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "get",
         .summary = "An object, or a part of one, as JSON",
         .details =
             "PATH begins with the name of a root or an object id (#12 or @12), and goes on with\n"
             "fields, keys of trees and indices of lists; references are followed on the way.\n"
             "Write %2F for a slash in a name or key, %25 for a percent sign. Keys that are "
             "tuples\n"
             "are JSON: '[\"station-3\",100]'.\n\n"
             "Examples:\n"
             "  vitrine get shop.vitrine settings\n"
             "  vitrine get shop.vitrine customers/jane@example.org/orders/0/item\n"
             "  vitrine get --about shop.vitrine @4711",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_option("path", options->path, "Where to look")->required();
    add_at(command, options->at);
    command.add_flag("--compact", options->compact, "On one line");
    command.add_flag("--about", options->about, "With id, type and version");
}

}  // namespace vitrine::cli
