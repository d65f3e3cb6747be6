#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/bench/bench.capnp.h"
#include "tests/bench/dataset.hpp"
#include "tests/bench/lmdb_peer.hpp"
#include "tests/bench/measure.hpp"

namespace vitrine::bench {

using IntegerTree = TreeView<std::uint64_t, Bytes>;
using TextTree = TreeView<std::string, Bytes>;

/// What the command line said, and the folder that everything lies in.
struct Bench {
    std::size_t keys = 1'000'000;
    int rounds = 3;
    double seconds = 2;  ///< how long a round of transfers runs
    Clock clock = Clock::wall;
    std::filesystem::path folder;
    std::size_t reads = 1'000'000;  ///< objects or keys that a thread looks up in a round
};

/// The same content on both sides.
struct Twin {
    std::filesystem::path vitrine;
    std::filesystem::path lmdb;
};

/// Made at first use, of `bench.keys` sorted keys: tree "data" of 8-byte or text keys to Bytes.
Twin integer_twin(const Bench& bench);
Twin text_twin(const Bench& bench);
/// Accounts, with their references in tree "accounts"; the other side's keys are their indices.
Twin account_twin(const Bench& bench);

/// In order of the index.
std::vector<Ref<Account>> accounts_of(const Store& store);

/// A cache that holds everything: what is hot stays hot.
StoreOptions roomy(Durability durability = Durability::full);

/// Loads sorted keys in one durable transaction.
void load_sorted(Store& store, std::size_t keys);
void load_sorted(const LmdbFile& file, std::size_t keys);

/// A fresh place below the folder; what was there is removed.
std::filesystem::path fresh_file(const Bench& bench, const std::string& name);
double mebibytes(const std::filesystem::path& file);

/// What both sides take out of a value: its first 8 bytes.
inline std::uint64_t first_word(const void* bytes) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof(word));
    return word;
}

}  // namespace vitrine::bench
