#include "btree/verify.hpp"

#include <memory>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/progress_bar.hpp"
#include "core/lmdb/file_claim.hpp"
#include "core/lmdb/pages/survey.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    bool json = false;
    std::size_t limit = 100;
};

std::string text_of(const std::string& text) { return is_utf8(text) ? text : "(no text)"; }

void write_place(JsonWriter& out, AnyRef object, Version version, const std::string& path) {
    out.key("object");
    if (object)
        out.string(fmt::format("#{}", object.id()));
    else
        out.null();
    out.key("version").number(version.value());
    out.key("path").string(text_of(path));
}

void print_json(const VerifyReport& report) {
    JsonWriter out(JsonWriter::kIndented);
    out.begin_object().key("ok").boolean(report.ok()).key("faults").begin_array();
    for (const Fault& fault : report.faults) {
        out.begin_object();
        write_place(out, fault.object, fault.version, fault.path);
        out.key("what").string(text_of(fault.what)).end_object();
    }
    out.end_array().key("dangling_references").begin_array();
    for (const DanglingReference& dangling : report.dangling_references) {
        out.begin_object();
        write_place(out, dangling.object, dangling.version, dangling.path);
        out.key("target").string(fmt::format("#{}", dangling.target.id())).end_object();
    }
    out.end_array().key("unreachable_objects").number(report.unreachable_objects);
    out.key("unreachable").begin_array();
    for (const AnyRef object : report.unreachable) out.string(fmt::format("#{}", object.id()));
    out.end_array();
    out.key("objects").number(report.objects).key("trees").number(report.trees);
    out.key("entries").number(report.entries).key("nodes").number(report.nodes);
    out.key("roots").number(report.roots).key("versions").number(report.versions);
    out.key("bytes").number(report.bytes).key("kept").number(report.kept);
    out.key("commits").number(report.commits).end_object();
    print_line(out.text());
}

void print_text(const VerifyReport& report, std::size_t limit) {
    const auto more = [&](std::size_t all) {
        if (all > limit) print("  … and {} more", all - limit);
    };
    const auto where = [](AnyRef object, const std::string& path) {
        return fmt::format("#{}{}", object.id(), path.empty() ? "" : " (" + path + ")");
    };
    if (!report.faults.empty()) print("faults: {}", report.faults.size());
    for (std::size_t i = 0; i < std::min(limit, report.faults.size()); ++i) {
        const Fault& fault = report.faults[i];
        print("  version {}: {}{}", fault.version.value(), fault.what,
              fault.path.empty() ? "" : "\n    at " + fault.path);
    }
    more(report.faults.size());
    const auto& dangling = report.dangling_references;
    if (!dangling.empty()) print("references to what is not there: {}", dangling.size());
    for (std::size_t i = 0; i < std::min(limit, dangling.size()); ++i)
        print("  {} refers to #{}", where(dangling[i].object, dangling[i].path),
              dangling[i].target.id());
    more(dangling.size());
    if (report.unreachable_objects != 0)
        print("{} objects and trees cannot be reached from the roots (vitrine gc erases them)",
              report.unreachable_objects);
    print("{} objects, {} trees with {} entries in {} nodes, {} roots; {} rows ({} kept), {}",
          report.objects, report.trees, report.entries, report.nodes, report.roots, report.versions,
          report.kept, size_text(report.bytes));
    print("{}", report.ok() ? "sound" : "DAMAGED");
}

// Pages first, without LMDB, which a damaged page could lead astray. Empty: sound.
VerifyReport check_pages(const std::string& name) {
    const core::lmdb::FileClaim claim(name, {.create_if_missing = false, .read_only = true});
    const core::lmdb::PageFile file(claim.descriptor(), name);
    VerifyReport report;
    if (file.bytes() == 0 || core::lmdb::check_structure(file).empty()) return report;
    ProgressBar bar("reading a damaged file");
    const core::lmdb::Survey found = core::lmdb::survey(
        file, [&](std::uint64_t done, std::uint64_t total) { return bar.update(done, total); });
    if (!found.state && found.rows.empty()) return report;  // opening it says what it is
    for (const auto& fault : found.page_faults)
        report.faults.push_back({{}, {}, core::lmdb::to_text(fault), {}});
    for (const auto& damage : found.damaged)
        report.faults.push_back({damage.row ? core::to_ref(damage.row->id) : AnyRef{},
                                 damage.row ? damage.row->version : Version{},
                                 core::lmdb::to_text(damage),
                                 {}});
    for (const std::string& lost : found.lost_types)
        report.faults.push_back({{}, {}, "a type is lost: " + lost, {}});
    report.versions = found.rows.size();
    report.bytes = found.bytes;
    report.commits = found.commits.size();
    return report;
}

int run(const Options& options) {
    VerifyReport report = check_pages(options.store);
    if (report.ok()) {
        const auto store = open_store(options.store, Access::read);
        ProgressBar bar("verifying");
        report = btree::verify(store->snapshot(), bar.progress());
    }
    options.json ? print_json(report) : print_text(report, options.limit);
    return report.ok() ? kOk : kNo;
}

}  // namespace

void add_verify(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command =
        line.add({.name = "verify",
                  .summary = "Checks everything that the file holds",
                  .details = "Pages, rows and their checksums, the past, the order and counts of "
                             "trees, types, references. The exit code is 1 when something is "
                             "damaged; references to erased objects and objects that no root leads "
                             "to are listed, and no damage.\n\n"
                             "Examples:\n"
                             "  vitrine verify shop.vitrine\n"
                             "  vitrine verify --json shop.vitrine | jq -r '.faults[].what'",
                  .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_flag("--json", options->json, "For programs, with all of them");
    command.add_option("--limit", options->limit, "How many of each are listed")
        ->capture_default_str();
}

}  // namespace vitrine::cli
