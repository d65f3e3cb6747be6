// Vitrine as its users use it. Accounts are objects, whose references stand in a tree by their index;
// integers and texts are trees of their own.
#include <algorithm>
#include <mutex>
#include <string>

#include <vitrine/vitrine.hpp>

#include "tests/bench/bench.capnp.h"
#include "tests/bench/stores/kinds.hpp"

namespace vitrine::bench {
namespace {

using Accounts = std::vector<Ref<Account>>;

class VitrineStore final : public Store {
  public:
    explicit VitrineStore(const Place& place) : content(place.content) {
        StoreOptions options;
        options.cache_bytes = place.cache_bytes;
        options.durability = place.sync == Sync::durable ? Durability::full : Durability::deferred;
        store = vitrine::Store::open(place.folder / "data.vitrine", options);
    }
    std::unique_ptr<Session> session() override;
    void flush() override { store->flush(); }

    /// In order of the index.
    const Accounts& accounts() {
        std::call_once(read_, [&] {
            const auto tree = store->snapshot().tree<std::uint64_t, Ref<Account>>("accounts");
            for (auto [index, account] : tree) accounts_.push_back(account);
        });
        return accounts_;
    }

    const Content content;
    std::optional<vitrine::Store> store;

  private:
    std::once_flag read_;
    Accounts accounts_;
};

class VitrineSession final : public Session {
  public:
    explicit VitrineSession(VitrineStore& store) : file_(store), store_(*store.store) {}

    void draw(const std::vector<std::uint32_t>& indices) override {
        numbers_.assign(indices.begin(), indices.end());
        if (file_.content == Content::accounts) {
            refs_.clear();
            for (const std::uint32_t index : indices) refs_.push_back(file_.accounts()[index]);
        }
        if (file_.content == Content::texts) {
            texts_.clear();
            for (const std::uint32_t index : indices) texts_.push_back(text_key(index));
        }
    }

    void snapshots(std::size_t times) override {
        for (std::size_t i = 0; i < times; ++i) {
            const Snapshot snapshot = store_.snapshot();
            asm volatile("" : : "r"(&snapshot) : "memory");
        }
    }

    void load_sorted(std::size_t keys) override;

    void put(std::span<const std::uint32_t> indices, std::uint64_t salt) override {
        store_.transact([&](Transaction& tx) {
            auto tree = tx.tree<std::uint64_t, Bytes>("data");
            for (const std::uint32_t index : indices)
                tree.put(index, BytesView(value_of(index, salt)));
        });
    }

    void transfer(const Transfer& transfer) override {
        const Accounts& accounts = file_.accounts();
        store_.transact([&](Transaction& tx) {
            auto from = tx.edit(accounts[transfer.from]);
            auto to = tx.edit(accounts[transfer.to]);
            from.setBalance(from.getBalance() - transfer.amount);
            to.setBalance(to.getBalance() + transfer.amount);
        });
    }

  protected:
    void begin() override { snapshot_ = store_.snapshot(); }
    void end() override { snapshot_.reset(); }

    std::uint64_t sum_of_keys(std::size_t first, std::size_t count) override {
        const View view = snapshot_->view();
        std::uint64_t sum = 0;
        switch (file_.content) {
            case Content::accounts:
                for (const Ref<Account> account : std::span(refs_).subspan(first, count))
                    sum += static_cast<std::uint64_t>(view.get(account).getBalance());
                break;
            case Content::integers: {
                const auto tree = view.tree<std::uint64_t, Bytes>("data");
                for (const std::uint64_t key : std::span(numbers_).subspan(first, count))
                    sum += first_word(tree.find(key)->data());
                break;
            }
            case Content::texts: {
                const auto tree = view.tree<std::string, Bytes>("data");
                for (const TextKey& key : std::span(texts_).subspan(first, count))
                    sum += first_word(tree.find(std::string_view(key.data(), key.size()))->data());
                break;
            }
        }
        return sum;
    }

    std::uint64_t sum_of_ranges(std::size_t items) override {
        const View view = snapshot_->view();
        const auto tree = view.tree<std::uint64_t, Bytes>("data");
        std::uint64_t sum = 0;
        for (const std::uint64_t from : numbers_) {
            std::size_t left = items;
            for (auto [key, value] : tree.from(from)) {
                sum += key + first_word(value.data());
                if (--left == 0) break;
            }
        }
        return sum;
    }

    std::uint64_t sum_of_all() override {
        const View view = snapshot_->view();
        std::uint64_t sum = 0;
        for (auto [key, value] : view.tree<std::uint64_t, Bytes>("data"))
            sum += key + first_word(value.data());
        return sum;
    }

  private:
    void load_accounts(std::size_t keys);

    VitrineStore& file_;
    vitrine::Store& store_;
    std::optional<Snapshot> snapshot_;
    std::vector<std::uint64_t> numbers_;
    std::vector<TextKey> texts_;
    Accounts refs_;
};

void VitrineSession::load_accounts(std::size_t keys) {
    constexpr std::size_t kPerTransaction = 50'000;
    const std::string memo(79, 'm');
    for (std::size_t done = 0; done < keys; done += kPerTransaction)
        store_.transact([&](Transaction& tx) {
            auto accounts = tx.tree<std::uint64_t, Ref<Account>>("accounts");
            for (std::size_t i = done; i < std::min(keys, done + kPerTransaction); ++i)
                accounts.put(i, tx.create<Account>([&](Account::Builder account) {
                    account.setBalance(static_cast<std::int64_t>(i));
                    account.setMemo(memo);
                }));
        });
}

void VitrineSession::load_sorted(std::size_t keys) {
    switch (file_.content) {
        case Content::accounts: load_accounts(keys); break;
        case Content::integers:
            store_.transact([&](Transaction& tx) {
                auto tree = tx.tree<std::uint64_t, Bytes>("data");
                for (std::size_t i = 0; i < keys; ++i) tree.put(i, BytesView(value_of(i)));
            });
            break;
        case Content::texts:
            store_.transact([&](Transaction& tx) {
                auto tree = tx.tree<std::string, Bytes>("data");
                for (const std::uint32_t index : in_key_order(Content::texts, keys)) {
                    const TextKey key = text_key(index);
                    tree.put(std::string_view(key.data(), key.size()), BytesView(value_of(index)));
                }
            });
            break;
    }
    store_.flush();
}

std::unique_ptr<Session> VitrineStore::session() { return std::make_unique<VitrineSession>(*this); }

}  // namespace

std::unique_ptr<Store> open_vitrine(const Place& place) {
    return std::make_unique<VitrineStore>(place);
}

}  // namespace vitrine::bench
