// The price of a read, in memory and from storage.
#include <benchmark/benchmark.h>

#include "tests/bench/units/sample.hpp"

namespace vitrine::bench {
namespace {

/// The numbers drawn, again and again.
class Draws {
  public:
    std::uint32_t next() { return drawn_[at_++ & (drawn_.size() - 1)]; }

  private:
    const std::vector<std::uint32_t>& drawn_ = Sample::shared().drawn();
    std::size_t at_ = 0;
};

void read_an_object_through_a_view(benchmark::State& state) {
    const Sample& sample = Sample::shared();
    const Snapshot snapshot = Sample::shared().store().snapshot();
    const View view = snapshot.view();
    Draws draws;
    for (auto _ : state)
        benchmark::DoNotOptimize(view.get(sample.accounts()[draws.next()]).getBalance());
}
BENCHMARK(read_an_object_through_a_view)->ThreadRange(1, 2);

void read_an_object_as_a_handle(benchmark::State& state) {
    const Sample& sample = Sample::shared();
    const Snapshot snapshot = Sample::shared().store().snapshot();
    Draws draws;
    for (auto _ : state)
        benchmark::DoNotOptimize(snapshot.get(sample.accounts()[draws.next()])->getBalance());
}
BENCHMARK(read_an_object_as_a_handle);

/// A row found, checked and made a version: what a hit saves.
void load_an_object_from_storage(benchmark::State& state) {
    constexpr std::size_t kBetween = 1000;
    Sample& sample = Sample::shared();
    sample.store().flush();
    const Snapshot snapshot = sample.store().snapshot();
    Draws draws;
    std::size_t left = 0;
    for (auto _ : state) {
        if (left-- == 0) {
            state.PauseTiming();
            sample.store().trim_cache();
            left = kBetween;
            state.ResumeTiming();
        }
        const View view = snapshot.view();
        benchmark::DoNotOptimize(view.get(sample.accounts()[draws.next()]).getBalance());
    }
}
BENCHMARK(load_an_object_from_storage);

void find_an_integer_key(benchmark::State& state) {
    const Snapshot snapshot = Sample::shared().store().snapshot();
    const View view = snapshot.view();
    const auto tree = view.tree<std::uint64_t, Bytes>("integers");
    Draws draws;
    for (auto _ : state) benchmark::DoNotOptimize(tree.find(draws.next())->data());
}
BENCHMARK(find_an_integer_key);

void find_integer_keys_together(benchmark::State& state) {
    const Snapshot snapshot = Sample::shared().store().snapshot();
    const View view = snapshot.view();
    const auto tree = view.tree<std::uint64_t, Bytes>("integers");
    const auto& drawn = Sample::shared().drawn();
    const std::vector<std::uint64_t> keys(drawn.begin(), drawn.end());
    const auto batch = static_cast<std::size_t>(state.range(0));
    std::size_t next = 0;
    for (auto _ : state) {
        tree.visit_many(std::span(keys).subspan(next, batch), [](std::size_t, const auto& value) {
            benchmark::DoNotOptimize(value->front());
        });
        next = (next + batch) & (keys.size() - 1);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(find_integer_keys_together)->Arg(16)->Arg(256);

void find_a_text_key(benchmark::State& state) {
    const Snapshot snapshot = Sample::shared().store().snapshot();
    const View view = snapshot.view();
    const auto tree = view.tree<std::string, Bytes>("texts");
    Draws draws;
    std::vector<TextKey> keys;
    for (const std::uint32_t index : Sample::shared().drawn()) keys.push_back(text_key(index));
    std::size_t at = 0;
    for (auto _ : state) {
        const TextKey& key = keys[at++ & (keys.size() - 1)];
        benchmark::DoNotOptimize(tree.find(std::string_view(key.data(), key.size()))->data());
    }
}
BENCHMARK(find_a_text_key);

/// An item of a scan.
void step_a_cursor(benchmark::State& state) {
    const Snapshot snapshot = Sample::shared().store().snapshot();
    const View view = snapshot.view();
    const auto tree = view.tree<std::uint64_t, Bytes>("integers");
    auto at = tree.begin();
    for (auto _ : state) {
        if (at == tree.end()) at = tree.begin();
        const auto [key, value] = *at;
        benchmark::DoNotOptimize(key + first_word(value.data()));
        ++at;
    }
}
BENCHMARK(step_a_cursor);

void seek_a_cursor(benchmark::State& state) {
    const Snapshot snapshot = Sample::shared().store().snapshot();
    const View view = snapshot.view();
    const auto tree = view.tree<std::uint64_t, Bytes>("integers");
    Draws draws;
    for (auto _ : state) {
        const auto range = tree.from(draws.next());
        benchmark::DoNotOptimize((*range.begin()).key);
    }
}
BENCHMARK(seek_a_cursor);

}  // namespace
}  // namespace vitrine::bench
