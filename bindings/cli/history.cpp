#include <memory>
#include <optional>

#include <vitrine/error.hpp>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/object_path.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "mvcc/past.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::string path;
    bool json = false;
};

// The log no longer has the commit of a version that is older than the retention reaches.
bool has_time(const mvcc::PastVersion& past) { return past.info.time != core::Time{}; }

void print_json(const mvcc::PastVersion& past, const core::schema::Registry& types) {
    JsonWriter out(JsonWriter::kCompact);
    out.begin_object().key("version").number(past.info.version.value()).key("time");
    has_time(past) ? out.string(time_text(past.info.time)) : out.null();
    out.key("note").string(past.info.note).key("erased").boolean(past.info.erased);
    out.key("type");
    past.info.erased ? out.null() : out.string(type_name(types, past.type));
    out.end_object();
    print_line(out.text());
}

int run(const Options& options) {
    const auto store = open_store(options.store, Access::read);
    const core::ObjectId id = object_at(store->snapshot(), options.path);
    const auto versions = mvcc::history(*store, id);
    if (versions.empty()) throw NotFoundError(fmt::format("there is no object #{}", id.value));
    for (const mvcc::PastVersion& past : versions) {
        if (options.json) {
            print_json(past, store->types());
            continue;
        }
        print("{:>10}  {}  {}{}{}", past.info.version.value(),
              has_time(past) ? time_text(past.info.time) : "before the log",
              past.info.erased ? "erased" : type_name(store->types(), past.type),
              past.info.note.empty() ? "" : "  ", past.info.note);
    }
    return kOk;
}

}  // namespace

void add_history(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "history",
         .summary = "The versions of an object that are kept, newest first",
         .details = "How many are kept is a matter of the store's retention (`vitrine info`). An\n"
                    "object that was erased is found by its id. To see a version: `get --at`.\n\n"
                    "Examples:\n"
                    "  vitrine history shop.vitrine settings\n"
                    "  vitrine history shop.vitrine @4711\n"
                    "  vitrine get shop.vitrine settings --at 118",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_option("path", options->path, "The object, as for `vitrine get`")->required();
    command.add_flag("--json", options->json, "For programs: a JSON object on each line");
}

}  // namespace vitrine::cli
