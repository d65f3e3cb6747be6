#include <limits>

#include "bindings/c/src/handles.hpp"
#include "bindings/c/src/struct_size.hpp"

namespace vitrine::capi {
namespace {

constexpr std::uint32_t kFlags = VITRINE_OPEN_EXISTING | VITRINE_OPEN_READ_ONLY |
                                 VITRINE_OPEN_CHECK_STRUCTURE | VITRINE_OPEN_DEFERRED |
                                 VITRINE_OPEN_NO_LOG;

std::optional<Retention> to_retention(vitrine_retention kind, std::uint64_t amount) {
    constexpr std::uint64_t kLongest = std::numeric_limits<std::int64_t>::max();
    switch (kind) {
        case VITRINE_RETENTION_AS_STORED: return std::nullopt;
        case VITRINE_RETENTION_NONE: return Retention::none();
        case VITRINE_RETENTION_COMMITS: return Retention::commits(amount);
        case VITRINE_RETENTION_DURATION:
            return Retention::duration(
                std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(amount, kLongest))));
        case VITRINE_RETENTION_FOREVER: return Retention::forever();
        default: throw UsageError(fmt::format("there is no retention {}", kind));
    }
}

vitrine_retention from_retention(Retention retention) {
    switch (retention.kind()) {
        case Retention::Kind::none: return VITRINE_RETENTION_NONE;
        case Retention::Kind::commits: return VITRINE_RETENTION_COMMITS;
        case Retention::Kind::duration: return VITRINE_RETENTION_DURATION;
        case Retention::Kind::forever: break;
    }
    return VITRINE_RETENTION_FOREVER;
}

StoreOptions to_options(const vitrine_open_options& given) {
    if ((given.flags & ~kFlags) != 0)
        throw UsageError(fmt::format("options.flags has {:#x}, which is not known to this release",
                                     given.flags & ~kFlags));
    const auto flag = [&](std::uint32_t bit) { return (given.flags & bit) != 0; };
    if (flag(VITRINE_OPEN_NO_LOG) && given.log_bytes != 0)
        throw UsageError("options ask for no commit log, and for one of a size");
    StoreOptions options;
    options.create_if_missing = !flag(VITRINE_OPEN_EXISTING);
    options.read_only = flag(VITRINE_OPEN_READ_ONLY);
    options.check_structure = flag(VITRINE_OPEN_CHECK_STRUCTURE);
    if (flag(VITRINE_OPEN_DEFERRED)) options.durability = Durability::deferred;
    if (given.flush_interval_ms != 0)
        options.flush_interval = std::chrono::milliseconds(given.flush_interval_ms);
    if (given.cache_bytes != 0) options.cache_bytes = given.cache_bytes;
    if (given.log_bytes != 0) options.log_bytes = given.log_bytes;
    if (flag(VITRINE_OPEN_NO_LOG)) options.log_bytes = 0;
    options.retention = to_retention(given.retention, given.retention_amount);
    return options;
}

vitrine_stats to_stats(const Stats& stats) {
    vitrine_stats given{};
    given.commits = stats.commits;
    given.conflicts = stats.conflicts;
    given.batches = stats.batches;
    given.syncs = stats.syncs;
    given.cache_bytes = stats.cache_bytes;
    given.cache_hits = stats.cache_hits;
    given.cache_misses = stats.cache_misses;
    given.evictions = stats.evictions;
    given.open_snapshots = stats.open_snapshots;
    given.oldest_snapshot = stats.oldest_snapshot.value();
    given.oldest_snapshot_age_ns = static_cast<std::uint64_t>(stats.oldest_snapshot_age.count());
    given.file_bytes = stats.file_bytes;
    given.free_bytes = stats.free_bytes;
    given.log_bytes = stats.log_bytes;
    given.objects_written = stats.objects_written;
    given.bytes_written = stats.bytes_written;
    return given;
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_open(const char* path, const vitrine_open_options* options,
                            vitrine_store** store) {
    return guarded([&] {
        need(store, "store");
        *store = new vitrine_store{
            vitrine::Store::open(need_text(path, "path"), to_options(take(options, "options")))};
    });
}

vitrine_status vitrine_store_close(vitrine_store* store) {
    return guarded([&] { need(store, "store").store.close(); });
}

void vitrine_store_free(vitrine_store* store) { delete store; }

vitrine_status vitrine_store_version(const vitrine_store* store, uint64_t* version) {
    return guarded([&] {
        need(version, "version");
        *version = need(store, "store").store.version().value();
    });
}

vitrine_status vitrine_store_durable_version(const vitrine_store* store, uint64_t* version) {
    return guarded([&] {
        need(version, "version");
        *version = need(store, "store").store.durable_version().value();
    });
}

vitrine_status vitrine_store_flush(vitrine_store* store, uint64_t* version) {
    return guarded([&] { give(version, need(store, "store").store.flush().value()); });
}

vitrine_status vitrine_store_trim_cache(vitrine_store* store) {
    return guarded([&] { need(store, "store").store.trim_cache(); });
}

vitrine_status vitrine_store_retention(const vitrine_store* store, vitrine_retention* retention,
                                       uint64_t* amount, uint64_t* oldest) {
    return guarded([&] {
        const Machine machine(store);
        const vitrine::Retention rule = machine->horizon().rule();
        give(retention, from_retention(rule));
        give(amount, rule.amount());
        give(oldest, machine->horizon().oldest().value());
    });
}

vitrine_status vitrine_store_stats(const vitrine_store* store, vitrine_stats* stats) {
    return guarded([&] { fill(stats, to_stats(need(store, "store").store.stats()), "stats"); });
}

}  // extern "C"
