// Objects by reference, and keys found in trees, all of them in memory.
#include <atomic>

#include "tests/bench/workload.hpp"

namespace vitrine::bench {
namespace {

/// Everything was read once.
void warm(Store& store, std::size_t keys) {
    const auto session = store.session();
    std::vector<std::uint32_t> all(keys);
    std::iota(all.begin(), all.end(), 0U);
    session->draw(all);
    session->look_up(0, keys);
}

/// Nanoseconds a read, where each thread has keys of its own.
double read_on(std::size_t threads, Round& round,
               const std::vector<std::unique_ptr<Session>>& sessions) {
    std::atomic<std::uint64_t> sum{0};
    const double needed = on_threads(
        threads, round.scale.reads, round.scale.clock,
        [&](std::size_t thread) { sum += sessions[thread]->look_up(0, round.scale.reads); });
    round.checksum += sum;
    return needed;
}

std::vector<std::unique_ptr<Session>> sessions_of(Store& store, const Round& round,
                                                  std::size_t threads) {
    std::vector<std::unique_ptr<Session>> sessions;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        sessions.push_back(store.session());
        sessions.back()->draw(uniform(round.scale.keys, round.scale.reads, thread));
    }
    return sessions;
}

void look_ups(Round& round, std::string_view name, Content content) {
    const auto store = round.kind.open(prepared(round, name, content));
    warm(*store, round.scale.keys);
    const auto sessions = sessions_of(*store, round, 1);
    round.add("read", read_on(1, round, sessions));
}

}  // namespace

void objects(Round& round) {
    const auto store = round.kind.open(prepared(round, "accounts", Content::accounts));
    warm(*store, round.scale.keys);
    const auto sessions = sessions_of(*store, round, 2);
    const double one = read_on(1, round, sessions);
    const double two = read_on(2, round, sessions);
    round.add("one", one);
    round.add("two", two);
    round.add("speed-up", 2 * one / two);
}

void integer_look_ups(Round& round) { look_ups(round, "integers", Content::integers); }
void text_look_ups(Round& round) { look_ups(round, "texts", Content::texts); }

}  // namespace vitrine::bench
