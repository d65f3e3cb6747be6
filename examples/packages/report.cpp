#include "report.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "catalogue.hpp"
#include "closure_walk.hpp"

namespace packages {
namespace {

std::string mebibytes(std::uint64_t kib) {
    return fmt::format("{:.1f} MiB", static_cast<double>(kib) / 1024);
}

std::string full_name(stored::Package::Reader package) {
    return fmt::format("{}:{}", view_of(package.getName()), view_of(package.getArchitecture()));
}

void print_dependency(const vitrine::View& view, stored::Dependency::Reader dependency) {
    std::string satisfied_by;
    for (const auto candidate : dependency.getCandidates()) {
        satisfied_by += satisfied_by.empty() ? "" : ", ";
        satisfied_by += full_name(view.get(vitrine::ref(candidate)));
    }
    fmt::print("  {:<44} {}\n", view_of(dependency.getText()),
               satisfied_by.empty() ? "(nothing in this file)" : satisfied_by);
}

}  // namespace

void print_findings(const vitrine::Snapshot& snapshot, const Findings& findings, std::size_t top) {
    const auto view = snapshot.view();
    fmt::print("\nLargest closures: what a package needs, itself included\n");
    fmt::print("  {:>8}  {:>12}  {}\n", "packages", "installed", "package");
    for (std::size_t i = 0; i < std::min(top, findings.largest.size()); ++i) {
        const Closure& closure = findings.largest[i];
        fmt::print("  {:>8}  {:>12}  {}\n", closure.members, mebibytes(closure.installed_kib),
                   full_name(view.get(closure.package)));
    }

    fmt::print("\nInstalled size by section\n");
    fmt::print("  {:>8}  {:>12}  {}\n", "packages", "installed", "section");
    for (std::size_t i = 0; i < std::min(top, findings.sections.size()); ++i) {
        const SectionSize& section = findings.sections[i];
        fmt::print("  {:>8}  {:>12}  {}\n", section.packages, mebibytes(section.installed_kib),
                   section.name);
    }
    if (findings.sections.size() > top)
        fmt::print("  and {} sections more\n", findings.sections.size() - top);

    fmt::print(
        "\n{} packages in {} sections; {} dependencies followed, {} of them without a "
        "candidate\n",
        findings.packages, findings.sections.size(), findings.dependencies, findings.unsatisfied);
    fmt::print("checksum of all answers: {:016x}, of version {}\n", findings.checksum,
               findings.snapshot.value());
}

void print_experiment(const Experiment& experiment) {
    fmt::print("\nAnalysed once alone ({:.2f} s), then {} more with a writer at work ({:.2f} s)\n",
               experiment.once.count(),
               experiment.rounds == 1 ? "once" : fmt::format("{} times", experiment.rounds),
               experiment.while_writing.count());
    fmt::print("meanwhile: {} commits, which changed {} packages\n", experiment.commits,
               experiment.changed);
    fmt::print("the newest commit answers {:016x}\n", experiment.newest_checksum);
    if (experiment.moved == 0) {
        fmt::print("the snapshot answered {:016x} every time: it did not move\n",
                   experiment.findings.checksum);
    } else {
        fmt::print("THE SNAPSHOT MOVED: another answer {} times\n", experiment.moved);
    }
}

void print_package(const vitrine::Snapshot& snapshot, std::string_view name) {
    const auto view = snapshot.view();
    const auto found = snapshot.tree<NameKey, PackageRef>(kByName).prefix(name);
    if (found.empty()) throw vitrine::NotFoundError(fmt::format("no package \"{}\"", name));
    ClosureWalk walk;
    for (auto [key, ref] : found) {
        const auto package = view.get(ref);
        const Closure closure = walk.from(view, ref);
        fmt::print("{} {}: {}\n", full_name(package), view_of(package.getVersion()),
                   view_of(package.getSummary()));
        fmt::print("section {}, {}; with all that it needs {} packages, {}\n",
                   view_of(package.getSection()), mebibytes(package.getInstalledKib()),
                   closure.members, mebibytes(closure.installed_kib));
        for (const auto dependency : package.getDepends()) print_dependency(view, dependency);
    }
}

}  // namespace packages
