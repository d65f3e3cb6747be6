#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include <vitrine/vitrine.hpp>

#include "tests/crash/marks.capnp.h"

/// What the process that is killed commits.
///
/// Every commit of a thread writes one new sequence number into all of: an object of its own, the
/// thread's head object, three trees and a counter; and takes an older one back. So a commit that
/// is there in part shows, and the store's version is the count of its commits.
namespace vitrine::crash {

using marks::Mark;
using Place = std::tuple<std::uint32_t, std::uint64_t>;  // thread, sequence

inline constexpr std::uint32_t kThreads = 4;
/// So many of a thread's newest commits have their objects and entries.
inline constexpr std::uint64_t kWindow = 100;
/// The first commit makes the heads.
inline constexpr std::uint64_t kSetUps = 1;

/// What the worker says through its pipe, after the store said it.
struct Acknowledgement {
    enum Kind : std::uint64_t { committed, durable };
    Kind kind = committed;
    std::uint64_t thread = 0;
    std::uint64_t sequence = 0;
    std::uint64_t version = 0;
};

/// Of all sizes, now and then too large for a bucket.
inline std::string body_of(std::uint32_t thread, std::uint64_t sequence) {
    const std::uint64_t mixed = (sequence * 4 + thread + 1) * 0x9e3779b97f4a7c15U;
    std::string body = std::to_string(thread) + "/" + std::to_string(sequence) + ":";
    body.resize(body.size() + (mixed >> 40) % (mixed % 32 == 0 ? 20000 : 200),
                static_cast<char>('a' + mixed % 26));
    return body;
}

inline std::string text_key(std::uint32_t thread, std::uint64_t sequence) {
    return std::to_string(sequence % 7) + "-" + std::to_string(thread) + "-" +
           std::to_string(sequence);
}

/// Makes the heads, unless an earlier process did.
inline void set_up(Store& store) {
    store.transact([](Transaction& tx) {
        auto heads = tx.tree<std::uint32_t, Ref<Mark>>("heads");
        if (!heads.empty()) return;
        for (std::uint32_t thread = 0; thread < kThreads; ++thread)
            heads.put(thread, tx.create<Mark>([&](Mark::Builder head) { head.setThread(thread); }));
    });
}

/// The thread's next commit. The threads share trees and buckets, but no key: a conflict is wrong.
inline Acknowledgement commit_next(Store& store, std::uint32_t thread) {
    Transaction tx = store.begin();
    auto marks = tx.tree<Place, Ref<Mark>>("marks");
    auto texts = tx.tree<std::string, std::string>("texts");
    const Ref<Mark> head_ref = tx.tree<std::uint32_t, Ref<Mark>>("heads").at(thread);
    auto head = tx.edit(head_ref);
    const std::uint64_t sequence = head.getSequence() + 1;
    const std::string body = body_of(thread, sequence);

    const Ref<Mark> previous{head.asReader().getPrevious()};
    const auto mark = tx.create<Mark>([&](Mark::Builder fresh) {
        fresh.setThread(thread);
        fresh.setSequence(sequence);
        fresh.setBody(body);
    });
    head.setSequence(sequence);
    head.setBody(body);
    mark.store(head.initPrevious());
    marks.put(Place{thread, sequence}, mark);
    texts.put(text_key(thread, sequence), body);
    tx.tree<std::uint32_t, std::uint64_t>("counts").add(0, 1);
    if (previous) tx.tree<std::uint64_t, Ref<Mark>>("last").put(thread, previous);
    if (sequence > kWindow) {
        const std::uint64_t old = sequence - kWindow;
        tx.erase(marks.at(Place{thread, old}));
        marks.erase(Place{thread, old});
        texts.erase(text_key(thread, old));
    }
    const Version version = tx.commit();
    return {Acknowledgement::committed, thread, sequence, version.value()};
}

}  // namespace vitrine::crash
