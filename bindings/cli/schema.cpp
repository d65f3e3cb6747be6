#include <memory>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/schema_diff.hpp"
#include "bindings/cli/schema_text.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::string program;
    std::vector<std::string> imports;
    bool json = false;
};

int print_verdicts(const std::vector<TypeVerdict>& verdicts, bool json) {
    int code = kOk;
    for (const TypeVerdict& type : verdicts) {
        if (type.verdict == "refused") code = kNo;
        if (json) {
            JsonWriter out(JsonWriter::kCompact);
            out.begin_object().key("id").string(core::schema::hex_id(type.id));
            out.key("name").string(type.name).key("verdict").string(type.verdict);
            out.key("why").string(type.why).end_object();
            print_line(out.text());
        } else {
            print("{:<12} {}{}{}", type.verdict, type.name, type.why.empty() ? "" : ": ", type.why);
        }
    }
    return code;
}

int run(const Options& options) {
    const auto stored = open_store(options.store, Access::read)->storage().types();
    if (!options.program.empty())
        return print_verdicts(compare_with_file(stored, options.program, options.imports),
                              options.json);
    const std::string text = schema_text(SchemaSet(stored));
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kOk;
}

}  // namespace

void add_schema(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "schema",
         .summary = "The stored types as a .capnp file, or compared with a program's",
         .details =
             "With --diff each type of the program's file gets a line:\n"
             "  equal        the same\n"
             "  grown        the program has more; what is stored will grow at its first use\n"
             "  older        the program has less: an older release, which may open the store\n"
             "  new          the store has none yet\n"
             "  stored only  the program does not know it\n"
             "  refused      the program would get this SchemaError (exit code 1)\n\n"
             "Examples:\n"
             "  vitrine schema shop.vitrine > shop.capnp\n"
             "  vitrine schema shop.vitrine --diff src/shop.capnp -I include",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    CLI::Option* diff =
        command.add_option("--diff", options->program, "The schema file of a program");
    command.add_option("-I,--import", options->imports, "A folder that schemas are imported from")
        ->needs(diff)
        ->allow_extra_args(false);
    command.add_flag("--json", options->json, "For programs: a JSON object on each line")
        ->needs(diff);
}

}  // namespace vitrine::cli
