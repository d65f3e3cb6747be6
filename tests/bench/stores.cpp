// The stores that this program was built with; CMakeLists.txt looks for the packages.
#include <stdexcept>
#include <string>

#include "tests/bench/store.hpp"
#include "tests/bench/stores/kinds.hpp"

namespace vitrine::bench {
namespace {

const Kind kKinds[] = {
    kVitrine,    kLmdb,
#ifdef VITRINE_BENCH_ROCKSDB
    kRocksdb,
#else
    {"rocksdb", "RocksDB"},
#endif
#ifdef VITRINE_BENCH_LEVELDB
    kLeveldb,
#else
    {"leveldb", "LevelDB"},
#endif
#ifdef VITRINE_BENCH_SQLITE
    kSqlite,
#else
    {"sqlite", "SQLite"},
#endif
#ifdef VITRINE_BENCH_BERKELEY
    kBerkeley,
#else
    {"berkeley", "Berkeley DB"},
#endif
#ifdef VITRINE_BENCH_WIREDTIGER
    kWiredtiger,
#else
    {"wiredtiger", "WiredTiger"},
#endif
};

}  // namespace

std::span<const Kind> all_kinds() { return kKinds; }

const Kind& kind_of(std::string_view name) {
    for (const Kind& kind : kKinds)
        if (kind.name == name) return kind;
    throw std::runtime_error("no such store: " + std::string(name));
}

}  // namespace vitrine::bench
