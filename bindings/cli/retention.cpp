#include <charconv>
#include <memory>
#include <optional>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::optional<std::string> rule;
    bool json = false;
};

struct Unit {
    std::string_view name;
    std::chrono::seconds span;
};
constexpr Unit kUnits[] = {{"s", std::chrono::seconds(1)},
                           {"min", std::chrono::minutes(1)},
                           {"h", std::chrono::hours(1)},
                           {"d", std::chrono::hours(24)},
                           {"w", std::chrono::hours(168)},
                           {"commits", {}},
                           {"commit", {}}};

Retention parse_rule(const std::string& text) {
    if (text == "none") return Retention::none();
    if (text == "forever") return Retention::forever();
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data(), end, number);
    if (failure == std::errc{} && rest != text.data()) {
        const std::string_view name(rest, static_cast<std::size_t>(end - rest));
        for (const Unit& unit : kUnits) {
            if (name != unit.name) continue;
            if (unit.span == std::chrono::seconds{}) return Retention::commits(number);
            const auto seconds =
                static_cast<double>(number) * static_cast<double>(unit.span.count());
            return Retention::duration(std::chrono::duration<double>(seconds));
        }
    }
    throw WrongUsage(
        fmt::format("\"{}\" is no retention: none, forever, 100commits, 30s, 90min, "
                    "12h, 30d, 4w",
                    text));
}

int run(const Options& options) {
    StoreOptions changed;
    if (options.rule) changed.retention = parse_rule(*options.rule);
    const auto store =
        open_store(options.store, options.rule ? Access::write : Access::read, changed);
    const Retention rule = store->horizon().rule();
    const std::uint64_t oldest = store->horizon().oldest().value();
    if (options.json) {
        JsonWriter out(JsonWriter::kIndented);
        out.begin_object().key("retention").string(retention_text(rule));
        out.key("oldest").number(oldest).key("newest").number(store->version().value());
        out.end_object();
        print_line(out.text());
    } else {
        print("{}: versions {} to {} can be read", retention_text(rule), oldest,
              store->version().value());
    }
    return kOk;
}

}  // namespace

void add_retention(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "retention",
         .summary = "How far back versions stay readable; with a rule: from now on",
         .details =
             "A rule is `none`, `forever`, a number of commits (`100commits`) or a time (`30s`,\n"
             "`90min`, `12h`, `30d`, `4w`). A longer one begins with the newest version; what "
             "falls\n"
             "out of a shorter one is freed by the commits that follow.\n\n"
             "Examples:\n"
             "  vitrine retention shop.vitrine\n"
             "  vitrine retention shop.vitrine 30d",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_option("rule", options->rule, "The new rule");
    command.add_flag("--json", options->json, "For programs");
}

}  // namespace vitrine::cli
