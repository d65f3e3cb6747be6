#include "answers.hpp"

namespace packages {
namespace {

void fill(stored::Answers::Builder answers, const Findings& findings) {
    answers.setPackages(findings.packages);
    answers.setDependencies(findings.dependencies);
    answers.setUnsatisfied(findings.unsatisfied);
    answers.setChecksum(findings.checksum);
    answers.setSnapshot(findings.snapshot.value());
    auto largest = answers.initLargest(static_cast<unsigned>(findings.largest.size()));
    for (unsigned i = 0; i < largest.size(); ++i) {
        findings.largest[i].package.store(largest[i].initPackage());
        largest[i].setMembers(findings.largest[i].members);
        largest[i].setInstalledKib(findings.largest[i].installed_kib);
    }
    auto sections = answers.initSections(static_cast<unsigned>(findings.sections.size()));
    for (unsigned i = 0; i < sections.size(); ++i) {
        sections[i].setName(findings.sections[i].name);
        sections[i].setPackages(findings.sections[i].packages);
        sections[i].setInstalledKib(findings.sections[i].installed_kib);
    }
}

}  // namespace

void store_answers(vitrine::Store& store, const Findings& findings) {
    store.transact([&](vitrine::Transaction& tx) {
        tx.set_root(kAnswers, tx.create<stored::Answers>([&](stored::Answers::Builder answers) {
            fill(answers, findings);
        }));
    });
}

std::optional<Findings> load_answers(const vitrine::Snapshot& snapshot) {
    const auto root = snapshot.find_root<stored::Answers>(kAnswers);
    if (!root) return std::nullopt;
    const auto answers = snapshot.get(*root);
    Findings findings;
    findings.packages = answers->getPackages();
    findings.dependencies = answers->getDependencies();
    findings.unsatisfied = answers->getUnsatisfied();
    findings.checksum = answers->getChecksum();
    findings.snapshot = vitrine::Version{answers->getSnapshot()};
    for (const auto closure : answers->getLargest())
        findings.largest.push_back({.package = vitrine::ref(closure.getPackage()),
                                    .members = closure.getMembers(),
                                    .installed_kib = closure.getInstalledKib()});
    for (const auto section : answers->getSections())
        findings.sections.push_back({.name = section.getName(),
                                     .packages = section.getPackages(),
                                     .installed_kib = section.getInstalledKib()});
    return findings;
}

}  // namespace packages
