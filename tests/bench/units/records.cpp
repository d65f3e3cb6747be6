// The price of believing a row: its checksum, and that no pointer of it leads outside.
#include <string>

#include <benchmark/benchmark.h>
#include <capnp/message.h>

#include "core/record.hpp"
#include "tests/bench/bench.capnp.h"

namespace vitrine::bench {
namespace {

constexpr core::ObjectId kId{42};
constexpr Version kVersion{7};
constexpr core::TypeId kType = 0xABCDEF;

/// A row of an account with so long a memo.
std::vector<core::Word> row_of(std::size_t memo_bytes) {
    capnp::MallocMessageBuilder message;
    message.initRoot<Account>().setMemo(std::string(memo_bytes, 'm'));
    const auto account = message.getRoot<Account>().asReader();
    std::vector<core::Word> payload(account.totalSize().wordCount + 1);
    capnp::copyToUnchecked(
        account, kj::arrayPtr(reinterpret_cast<capnp::word*>(payload.data()), payload.size()));
    std::vector<core::Word> row{
        kType, core::checksum_row(kId, kVersion, kType, core::hash_payload(payload))};
    row.insert(row.end(), payload.begin(), payload.end());
    return row;
}

void check_a_row(benchmark::State& state) {
    const std::vector<core::Word> row = row_of(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(core::check_row(kId, kVersion, row));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(row.size() * 8));
}
BENCHMARK(check_a_row)->Arg(79)->Arg(4000)->Arg(100'000);

void hash_a_payload(benchmark::State& state) {
    const std::vector<core::Word> row = row_of(static_cast<std::size_t>(state.range(0)));
    const core::Words payload = core::Words(row).subspan(core::kRowHeaderWords);
    for (auto _ : state) benchmark::DoNotOptimize(core::hash_payload(payload));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(payload.size() * 8));
}
BENCHMARK(hash_a_payload)->Arg(79)->Arg(4000)->Arg(100'000);

}  // namespace
}  // namespace vitrine::bench
