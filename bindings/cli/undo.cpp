#include "btree/undo.hpp"

#include <memory>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "btree/tree_edits.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::uint64_t version = 0;
    bool plan = false;
    bool json = false;
};

void write_steps(JsonWriter& out, const std::vector<UndoStep>& steps) {
    out.begin_array();
    for (const UndoStep& step : steps) {
        out.begin_object().key("object").string(fmt::format("#{}", step.object.id()));
        out.key("key").string(step.key).key("what").string(step.what);
        if (step.with != Version{}) out.key("with").number(step.with.value());
        out.end_object();
    }
    out.end_array();
}

std::string step_text(const UndoStep& step) {
    const std::string by =
        step.with == Version{} ? "" : fmt::format(" by commit {}", step.with.value());
    if (core::to_id(step.object) == btree::kCatalog)
        return fmt::format("root {} {}{}", root_text(step.key), step.what, by);
    if (step.key.empty()) return fmt::format("#{} {}{}", step.object.id(), step.what, by);
    return fmt::format("#{}[{}] {}{}", step.object.id(), step.key, step.what, by);
}

int run(const Options& options) {
    const auto store = open_store(options.store, options.plan ? Access::read : Access::write);
    const Version version{options.version};
    const UndoPlan plan = btree::plan_undo(*store, version);
    const bool doing = !options.plan && plan.ok();
    const Version made = doing ? btree::undo(*store, version) : Version{};
    if (options.json) {
        JsonWriter out(JsonWriter::kIndented);
        out.begin_object().key("version").number(options.version);
        write_steps(out.key("changes"), plan.changes);
        write_steps(out.key("conflicts"), plan.conflicts);
        if (doing) out.key("commit").number(made.value());
        out.end_object();
        print_line(out.text());
        return plan.ok() ? kOk : kNo;
    }
    for (const UndoStep& step : plan.changes) print("{}", step_text(step));
    for (const UndoStep& step : plan.conflicts) print("conflict: {}", step_text(step));
    if (doing) print("undone by commit {}", made.value());
    if (!plan.ok()) print("commit {} cannot be undone", options.version);
    return plan.ok() ? kOk : kNo;
}

}  // namespace

void add_undo(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "undo",
         .summary = "Takes back what one commit did, in a new commit",
         .details = "Per object and per key of a tree. What later commits changed again is a\n"
                    "conflict: then nothing is done, and the exit code is 1.\n\n"
                    "Examples:\n"
                    "  vitrine log shop.vitrine\n"
                    "  vitrine undo shop.vitrine 118 --plan\n"
                    "  vitrine undo shop.vitrine 118",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_option("version", options->version, "The commit's number")->required();
    command.add_flag("--plan", options->plan, "Only say what would be done");
    command.add_flag("--json", options->json, "For programs");
}

}  // namespace vitrine::cli
