#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/crash/workload.hpp"
#include "tests/support/program.hpp"

/// Compares a store that was reopened after a crash with what the killed process acknowledged.
namespace vitrine::crash {

using Sequences = std::array<std::uint64_t, kThreads>;

/// Each thread's newest commit, with everything that it and those in the window before it wrote.
inline Sequences check_commits(const Snapshot& snapshot, test::Findings& findings) {
    Sequences newest{};
    const auto heads = snapshot.tree<std::uint32_t, Ref<Mark>>("heads");
    const auto marks = snapshot.find_tree<Place, Ref<Mark>>("marks");
    const auto texts = snapshot.find_tree<std::string, std::string>("texts");
    std::uint64_t entries = 0;
    for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
        const auto head = snapshot.get(heads.at(thread));
        const std::uint64_t last = head->getSequence();
        newest[thread] = last;
        const auto name = [&](std::uint64_t n) {
            return "commit " + std::to_string(thread) + "/" + std::to_string(n) + ": ";
        };
        for (std::uint64_t n = last < kWindow ? 1 : last - kWindow + 1; n <= last; ++n) {
            ++entries;
            const std::string body = body_of(thread, n);
            const auto ref = marks ? marks->find(Place{thread, n}) : std::nullopt;
            const auto mark = ref ? snapshot.find(*ref) : std::nullopt;
            findings.expect(mark && (*mark)->getThread() == thread && (*mark)->getSequence() == n &&
                                (*mark)->getBody() == body.c_str(),
                            [&] { return name(n) + "its object is not there as written"; });
            const auto text = texts ? texts->find(text_key(thread, n)) : std::nullopt;
            findings.expect(text == body, [&] { return name(n) + "its text is not there"; });
            if (n != last || !mark) continue;
            findings.expect(head.version() == mark->version() &&
                                Ref<Mark>{head->getPrevious()} == *ref &&
                                head->getBody() == body.c_str(),
                            [&] { return name(n) + "the head is of another commit"; });
        }
    }
    findings.expect(
        (marks ? marks->size() : 0) == entries && (texts ? texts->size() : 0) == entries,
        [&] { return "entries that no commit in the window made"; });
    return newest;
}

/// What is there is a prefix of the commits: as many as the version says, and of those that were
/// acknowledged all up to it and none after. Returns how many are lost. `others`: there were commits
/// that the threads did not make, so that the version counts more.
inline std::uint64_t check_acknowledged(const Snapshot& snapshot, const Sequences& newest,
                                        const std::vector<Acknowledgement>& acknowledged,
                                        test::Findings& findings, bool others = false) {
    const std::uint64_t version = snapshot.version().value();
    // In deferred mode even the first commit may be lost.
    const std::uint64_t set_ups = version == 0 ? 0 : kSetUps;
    std::uint64_t commits = set_ups;
    for (const std::uint64_t count : newest) commits += count;
    findings.expect(others ? commits <= version : commits == version, [&] {
        return "version " + std::to_string(version) + " shows " + std::to_string(commits) +
               " commits";
    });
    const auto counts = snapshot.find_tree<std::uint32_t, std::uint64_t>("counts");
    const std::uint64_t counted = counts ? counts->find(0).value_or(0) : 0;
    findings.expect(counted + set_ups == commits,
                    [&] { return "the counter shows " + std::to_string(counted); });

    std::uint64_t lost = 0;
    for (const Acknowledgement& one : acknowledged) {
        if (one.kind == Acknowledgement::durable) {
            findings.expect(one.version <= version, [&] {
                return "version " + std::to_string(one.version) + " was durable, found " +
                       std::to_string(version);
            });
            continue;
        }
        const bool there = one.sequence <= newest[one.thread];
        findings.expect(there == (one.version <= version), [&] {
            return "commit " + std::to_string(one.thread) + "/" + std::to_string(one.sequence) +
                   " of version " + std::to_string(one.version) + (there ? " is" : " is not") +
                   " there at version " + std::to_string(version);
        });
        if (!there) ++lost;
    }
    return lost;
}

/// The whole store. Returns how many commits were acknowledged as visible and are gone, which only
/// deferred durability allows.
inline std::uint64_t check(const Store& store, const std::vector<Acknowledgement>& acknowledged,
                           Durability durability, test::Findings& findings, bool others = false) {
    for (const Fault& fault : store.verify().faults) findings.add("verify: " + fault.what);
    const Snapshot snapshot = store.snapshot();
    const Sequences newest =
        snapshot.version() == Version{} ? Sequences{} : check_commits(snapshot, findings);
    const std::uint64_t lost = check_acknowledged(snapshot, newest, acknowledged, findings, others);
    findings.expect(lost == 0 || durability == Durability::deferred,
                    [&] { return std::to_string(lost) + " acknowledged commits are lost"; });
    return lost;
}

}  // namespace vitrine::crash
