// The price of a bucket (a leaf): to search it, to make it ready when it was read, and to change one
// of its entries.
#include <algorithm>

#include <benchmark/benchmark.h>

#include "btree/leaf.hpp"
#include "btree/merge.hpp"
#include "tests/bench/dataset.hpp"

namespace vitrine::bench {
namespace {

using namespace btree;

/// A bucket of so many entries of 8-byte keys and 100-byte values.
class Bucket {
  public:
    static constexpr LeafKind kKind{.fixed_keys = true, .form = ValueForm::bytes};

    explicit Bucket(std::size_t entries) {
        for (std::size_t i = 0; i < entries; ++i) {
            keys_.push_back(byte_key(Content::integers, i * 2));
            values_.push_back(value_of(i));
        }
        std::vector<Entry> all;
        for (std::size_t i = 0; i < entries; ++i)
            all.push_back({bytes_of(keys_[i]), ByteSpan(values_[i]), false});
        words_ = build_leaf(all, kKind);
        view_ = view_leaf(words_);
    }
    [[nodiscard]] core::Words words() const { return words_; }
    [[nodiscard]] const LeafView& view() const { return view_; }
    [[nodiscard]] std::size_t size() const { return keys_.size(); }

    static ByteSpan bytes_of(const ByteKey& key) {
        return std::as_bytes(std::span(key.bytes).first(key.size));
    }

  private:
    std::vector<ByteKey> keys_;
    std::vector<Value> values_;
    core::WordBuffer words_;
    LeafView view_;
};

void search_a_bucket(benchmark::State& state) {
    const Bucket bucket(static_cast<std::size_t>(state.range(0)));
    Random random(1);
    for (auto _ : state)
        benchmark::DoNotOptimize(locate(bucket.view(), random.below(bucket.size()) * 2));
}
BENCHMARK(search_a_bucket)->Arg(32)->Arg(70);

/// What a load does beyond the checks of its row.
void make_a_bucket_ready(benchmark::State& state) {
    const Bucket bucket(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(view_leaf(bucket.words()));
}
BENCHMARK(make_a_bucket_ready)->Arg(32)->Arg(70);

/// One value replaced: operations merged in, and the new record built.
void edit_a_bucket(benchmark::State& state) {
    const Bucket bucket(static_cast<std::size_t>(state.range(0)));
    Random random(2);
    for (auto _ : state) {
        const std::uint64_t number = random.below(bucket.size()) * 2;
        const ByteKey key = byte_key(Content::integers, number);
        const Value value = value_of(random.next());
        OpSet ops;
        ops.set({.head = number,
                 .key_data = Bucket::bytes_of(key).data(),
                 .value_data = value.data(),
                 .value_size = value.size(),
                 .key_size = static_cast<std::uint32_t>(key.size)});
        Merged merged;
        merge(merged, &bucket.view(), 0, bucket.view().count, ops, ops.begin(), ops.end(), "bytes");
        benchmark::DoNotOptimize(build_leaf(merged.entries, Bucket::kKind));
    }
}
BENCHMARK(edit_a_bucket)->Arg(32)->Arg(70);

}  // namespace
}  // namespace vitrine::bench
