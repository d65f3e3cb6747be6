#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/bench/bench.capnp.h"
#include "tests/bench/dataset.hpp"

namespace vitrine::bench {

/// A store for all units: 100,000 accounts, and a tree each of integer and of text keys, in memory.
/// Not synced: units are about steps, not about the disk.
class Sample {
  public:
    static constexpr std::size_t kItems = 100'000;

    static Sample& shared() {
        static Sample sample;
        return sample;
    }

    Store& store() { return store_; }
    const std::vector<Ref<Account>>& accounts() const { return accounts_; }
    /// Indices to ask for; a power of two of them.
    const std::vector<std::uint32_t>& drawn() const { return drawn_; }

  private:
    Sample() {
        const std::string memo(79, 'm');
        store_.transact([&](Transaction& tx) {
            accounts_.clear();
            for (std::size_t i = 0; i < kItems; ++i)
                accounts_.push_back(
                    tx.create<Account>([&](Account::Builder account) { account.setMemo(memo); }));
            auto integers = tx.tree<std::uint64_t, Bytes>("integers");
            auto texts = tx.tree<std::string, Bytes>("texts");
            for (std::size_t i = 0; i < kItems; ++i) integers.put(i, BytesView(value_of(i)));
            for (const std::uint32_t i : in_key_order(Content::texts, kItems)) {
                const TextKey key = text_key(i);
                texts.put(std::string_view(key.data(), key.size()), BytesView(value_of(i)));
            }
        });
        store_.flush();
    }
    ~Sample() {
        store_.close();
        std::filesystem::remove_all(folder_);
    }

    static StoreOptions deferred() {
        StoreOptions options;
        options.durability = Durability::deferred;
        return options;
    }
    static std::filesystem::path fresh_folder() {
        const auto folder = std::filesystem::temp_directory_path() /
                            ("vitrine-units-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder);
        return folder;
    }

    std::filesystem::path folder_ = fresh_folder();
    Store store_ = Store::open(folder_ / "units.vitrine", deferred());
    std::vector<Ref<Account>> accounts_;
    std::vector<std::uint32_t> drawn_ = uniform(kItems, 1 << 16, 1);
};

}  // namespace vitrine::bench
