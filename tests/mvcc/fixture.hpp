#pragma once

#include <cstring>
#include <optional>

#include <capnp/any.h>
#include <capnp/message.h>

#include "core/memory/memory_storage.hpp"
#include "mvcc/store.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::mvcc::test {

using core::memory::Failure;
using core::memory::MemoryStorage;

inline constexpr TypeId kNumber = 0xb9c3'5f0a'77e1'0001;
inline Version v(std::uint64_t number) { return Version{number}; }

/// A struct of `words` data words, the first of which is the number.
inline void write_number(capnp::MessageBuilder& message, std::uint64_t number,
                         std::uint16_t words = 1) {
    auto data = message.initRoot<capnp::AnyPointer>().initAsAnyStruct(words, 0).getDataSection();
    std::memcpy(data.begin(), &number, sizeof number);
}

inline std::uint64_t number_in(capnp::AnyStruct::Reader root) {
    std::uint64_t number = 0;
    const auto data = root.getDataSection();
    std::memcpy(&number, data.begin(), std::min<std::size_t>(data.size(), sizeof number));
    return number;
}
inline std::uint64_t number_in(Words payload) { return number_in(read_struct(payload)); }

/// A record's payload, as a participant would hand it to CommitContext::put.
inline std::vector<Word> payload_of(std::uint64_t number, std::uint16_t words = 1) {
    WorkingCopy copy;
    write_number(copy.message(), number, words);
    return copy.flatten();
}

inline ObjectId create(Transaction& transaction, std::uint64_t number, std::uint16_t words = 1) {
    auto [id, message] = transaction.create(kNumber);
    write_number(message, number, words);
    return id;
}
inline void set(Transaction& transaction, ObjectId id, std::uint64_t number,
                std::uint16_t words = 1) {
    write_number(transaction.edit(id), number, words);
}
inline std::optional<std::uint64_t> get(Transaction& transaction, ObjectId id) {
    const auto state = transaction.find(id);
    if (!state) return std::nullopt;
    if (state->copy != nullptr)
        return number_in(state->copy->getRoot<capnp::AnyStruct>().asReader());
    return number_in(state->payload);
}
inline std::optional<std::uint64_t> get(const Snapshot& snapshot, ObjectId id) {
    const VersionHandle found = snapshot.find(id);
    if (!found) return std::nullopt;
    return number_in(found->payload());
}

/// An open store over memory, whose storage the test can reach as long as the machine lives.
struct Machine {
    MemoryStorage* disk;
    StoreOwner store;

    Store* operator->() const { return store.get(); }
    Store& operator*() const { return *store; }
    [[nodiscard]] Transaction begin(Isolation isolation = Isolation::serializable) const {
        TransactionOptions options;
        options.isolation = isolation;
        return {*store, store->snapshot(), options};
    }
    ObjectId make(std::uint64_t number, std::uint16_t words = 1) const {
        Transaction transaction = begin();
        const ObjectId id = create(transaction, number, words);
        transaction.commit();
        return id;
    }
    Version update(ObjectId id, std::uint64_t number, std::uint16_t words = 1) const {
        Transaction transaction = begin();
        set(transaction, id, number, words);
        return transaction.commit();
    }
    /// Without reading, and with a base that pins nothing in the interval of what it supersedes.
    Version overwrite(const Snapshot& base, ObjectId id, std::uint64_t number) const {
        const std::vector<Word> payload = payload_of(number);
        return store->pipeline().commit(base, Isolation::snapshot, [&](CommitContext& context) {
            context.put(id, kNumber, payload);
        });
    }
    [[nodiscard]] std::optional<std::uint64_t> read(ObjectId id) const {
        return get(store->snapshot(), id);
    }
    /// Rows of one object, or of all.
    [[nodiscard]] std::size_t rows(ObjectId id = {}) const {
        std::size_t count = 0;
        disk->scan(std::nullopt, ~std::size_t{0}, [&](core::RowKey key, Words) {
            count += !id || key.id == id ? 1U : 0U;
            return true;
        });
        return count;
    }
};

/// Without a commit log unless the options name one: what is committed is in the storage then.
inline Machine open(StoreOptions options = {},
                    std::unique_ptr<MemoryStorage> storage = core::memory::open()) {
    options.log_bytes = options.log_bytes.value_or(0);
    MemoryStorage* disk = storage.get();
    return {disk, Store::open(std::move(storage), options, {})};
}

/// Nothing is flushed but when the test asks.
inline StoreOptions deferred() {
    StoreOptions options;
    options.durability = Durability::deferred;
    options.flush_interval = std::chrono::hours{1};
    return options;
}

inline StoreOptions with_cache(std::size_t bytes, StoreOptions options = {}) {
    options.cache_bytes = bytes;
    return options;
}

}  // namespace vitrine::mvcc::test
