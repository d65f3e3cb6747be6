// The price of a commit without the disk: the transaction, validation, publication.
#include <benchmark/benchmark.h>

#include "tests/bench/units/sample.hpp"

namespace vitrine::bench {
namespace {

void commit_one_object(benchmark::State& state) {
    Sample& sample = Sample::shared();
    Random random(static_cast<std::uint64_t>(state.thread_index()));
    for (auto _ : state)
        sample.store().transact([&](Transaction& tx) {
            auto account = tx.edit(sample.accounts()[random.below(Sample::kItems)]);
            account.setBalance(account.getBalance() + 1);
        });
    sample.store().flush();
}
BENCHMARK(commit_one_object)->ThreadRange(1, 2)->UseRealTime();

void commit_one_key(benchmark::State& state) {
    Sample& sample = Sample::shared();
    Random random(9);
    for (auto _ : state)
        sample.store().transact([&](Transaction& tx) {
            const std::uint64_t key = random.below(Sample::kItems);
            tx.tree<std::uint64_t, Bytes>("integers").put(key, BytesView(value_of(random.next())));
        });
    sample.store().flush();
}
BENCHMARK(commit_one_key)->UseRealTime();

/// Begun and given up: what is left when nothing is written.
void begin_and_abort(benchmark::State& state) {
    Sample& sample = Sample::shared();
    for (auto _ : state) {
        Transaction transaction = sample.store().begin();
        benchmark::DoNotOptimize(&transaction);
    }
}
BENCHMARK(begin_and_abort);

}  // namespace
}  // namespace vitrine::bench
