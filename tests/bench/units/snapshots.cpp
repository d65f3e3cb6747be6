// The price of a snapshot and of a view.
#include <benchmark/benchmark.h>

#include "tests/bench/units/sample.hpp"

namespace vitrine::bench {
namespace {

void open_and_close_a_snapshot(benchmark::State& state) {
    const Store& store = Sample::shared().store();
    for (auto _ : state) {
        const Snapshot snapshot = store.snapshot();
        benchmark::DoNotOptimize(&snapshot);
    }
}
BENCHMARK(open_and_close_a_snapshot)->ThreadRange(1, 2);

void copy_a_snapshot(benchmark::State& state) {
    const Snapshot snapshot = Sample::shared().store().snapshot();
    for (auto _ : state) {
        const Snapshot copy = snapshot;
        benchmark::DoNotOptimize(&copy);
    }
}
BENCHMARK(copy_a_snapshot);

void open_and_close_a_view(benchmark::State& state) {
    const Snapshot snapshot = Sample::shared().store().snapshot();
    for (auto _ : state) {
        const View view = snapshot.view();
        benchmark::DoNotOptimize(&view);
    }
}
BENCHMARK(open_and_close_a_view)->ThreadRange(1, 2);

}  // namespace
}  // namespace vitrine::bench
