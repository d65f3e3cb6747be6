#include "mvcc/store.hpp"

#include <vitrine/store.hpp>

#include "bindings/cpp/src/begin.hpp"
#include "bindings/cpp/src/open_store.hpp"
#include "bindings/cpp/src/store_over.hpp"
#include "btree/node_types.hpp"
#include "btree/open_file.hpp"
#include "btree/verify.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine {
namespace detail {

void CloseStore::operator()(OpenStore* store) const noexcept { delete store; }

Store store_over(std::unique_ptr<core::Storage> storage, const StoreOptions& options) {
    return Store{
        new OpenStore{mvcc::Store::open(std::move(storage), options, btree::node_traits())}};
}

}  // namespace detail

Store Store::open(const std::filesystem::path& file, StoreOptions options) {
    return Store{new detail::OpenStore{btree::open_file(file, options)}};
}

detail::OpenStore& Store::store() const {
    if (store_ == nullptr) [[unlikely]]
        throw UsageError("this Store was moved from");
    return *store_;
}

void Store::close() { store().close(); }

Snapshot Store::snapshot() const { return Snapshot{store().snapshot()}; }

std::shared_ptr<mvcc::Transaction> Store::begin_machine(TransactionOptions options) const {
    return detail::begin(store().snapshot(), std::move(options));
}

Transaction Store::begin(TransactionOptions options) {
    auto machine = begin_machine(std::move(options));
    Snapshot base{mvcc::Snapshot{machine->base()}};
    return Transaction{std::move(machine), std::move(base), false};
}

std::optional<Version> Store::try_finish(detail::Attempt& attempt, detail::Backoff& backoff) {
    try {
        return attempt.finish();
    } catch (const ConflictError&) {
        if (!backoff.has_more()) throw;
        backoff.pause();
        return std::nullopt;
    }
}

Version Store::version() const { return store().version(); }

Version Store::durable_version() const { return store().durable_version(); }

Version Store::flush() {
    const mvcc::Snapshot keep = store().snapshot();
    return keep.store().flush();
}

void Store::trim_cache() {
    const mvcc::Snapshot keep = store().snapshot();
    keep.store().trim_cache();
}

Stats Store::stats() const { return store().stats(); }

VerifyReport Store::verify(const Progress& progress) const {
    return btree::verify(store().snapshot(), progress);
}

}  // namespace vitrine
