#include "experiment.hpp"

#include "answers.hpp"
#include "churn.hpp"

namespace packages {
namespace {

// A small file is analysed in less time than a few commits take: then more than once.
constexpr std::uint64_t kLeastCommits = 25;

using Clock = std::chrono::steady_clock;

bool same(const Findings& a, const Findings& b) {
    return a.checksum == b.checksum && a.packages == b.packages &&
           a.dependencies == b.dependencies && a.sections == b.sections;
}

}  // namespace

Experiment run_experiment(vitrine::Store& store, const SourceFile& source, unsigned threads) {
    mark_busy(store, source);
    const auto snapshot = store.snapshot();

    Experiment experiment;
    const auto began = Clock::now();
    experiment.findings = analyse(snapshot, threads, "analysing");
    experiment.once = Clock::now() - began;

    Churn churn(store, snapshot);
    const auto began_writing = Clock::now();
    do {
        const auto again = analyse(snapshot, threads, "analysing, with a writer at work,");
        ++experiment.rounds;
        if (!same(again, experiment.findings)) ++experiment.moved;
    } while (churn.running() && churn.commits() < kLeastCommits);
    churn.stop();
    experiment.while_writing = Clock::now() - began_writing;
    experiment.commits = churn.commits();
    experiment.changed = churn.changed();

    experiment.newest_checksum =
        analyse(store.snapshot(), threads, "analysing the newest commit").checksum;
    churn.restore();
    store_answers(store, experiment.findings);
    mark_ready(store);
    return experiment;
}

}  // namespace packages
