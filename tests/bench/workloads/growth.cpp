// How a store's files grow by updates, one a commit, while an old snapshot is held. Without syncs, which
// change nothing in it.
#include <algorithm>

#include <fmt/format.h>

#include "tests/bench/workload.hpp"

namespace vitrine::bench {
namespace {

/// Some stores come to a standstill under an old snapshot.
constexpr double kPatienceSeconds = 180;

void update(Session& writer, const std::vector<std::uint32_t>& indices) {
    const double begin = now(Clock::wall);
    for (std::size_t i = 0; i < indices.size(); ++i) {
        writer.put({&indices[i], 1}, 1);
        if ((now(Clock::wall) - begin) / 1e9 > kPatienceSeconds)
            throw Absent(fmt::format("{} of {} updates in {} seconds", i + 1, indices.size(),
                                     kPatienceSeconds));
    }
}

}  // namespace

void growth(Round& round) {
    // A fifth of the keys: 200,000 of a million.
    const auto updated = uniform(round.scale.keys, round.scale.keys / 5, 8);
    const Place place = fresh(round, "growth", Content::integers, Sync::deferred);
    {
        const auto store = round.kind.open(place);
        const auto writer = store->session();
        const auto holder = store->session();
        writer->load_sorted(round.scale.keys);
        store->settle();
        const double before = mebibytes(place);
        holder->draw(updated);
        holder->hold();
        const std::uint64_t then = holder->look_up(0, updated.size());
        update(*writer, updated);
        store->flush();
        // Logs of a fixed size can take it all in; a ratio wants more than nothing.
        round.add("growth", std::max(0.01, mebibytes(place) - before));
        expect(holder->look_up(0, updated.size()) == then, "the snapshot changed");
        holder->release();
        const std::uint64_t later = holder->look_up(0, updated.size());
        expect(later != then, "the updates are lost");
        round.checksum = then + later;
    }
    remove(place);
}

}  // namespace vitrine::bench
