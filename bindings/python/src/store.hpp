#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bindings/python/src/gil.hpp"
#include "bindings/python/src/objects.hpp"

namespace vitrine::python {

/// `vitrine.Store`. Threads: any.
class PyStore {
  public:
    PyStore(const std::string& file, const StoreOptions& options);
    PyStore(const PyStore&) = delete;
    PyStore& operator=(const PyStore&) = delete;
    ~PyStore();

    /// Throws: UsageError when it is closed.
    [[nodiscard]] mvcc::Snapshot snapshot() const { return store_->snapshot(); }
    [[nodiscard]] detail::OpenStore& open() const { return *store_; }
    [[nodiscard]] const std::shared_ptr<Context>& context() const { return context_; }
    void close();

    /// Runs a call on the machine, which a snapshot keeps whoever closes the store meanwhile. Without
    /// the GIL.
    template <class F>
    auto run(F&& fn) const {
        return without_gil([&](NoGil&) {
            const mvcc::Snapshot keep = snapshot();
            return fn(keep.store());
        });
    }

  private:
    std::shared_ptr<Context> context_;
    std::unique_ptr<detail::OpenStore> store_;
};

/// `vitrine.Snapshot`. Threads: any.
class PySnapshot {
  public:
    explicit PySnapshot(std::shared_ptr<SnapshotState> state) : state_(std::move(state)) {}
    PySnapshot(const std::shared_ptr<Context>& context, mvcc::Snapshot&& snapshot)
        : state_(std::make_shared<SnapshotState>(context, std::move(snapshot))) {}

    /// Throws: UsageError when it was closed.
    [[nodiscard]] const std::shared_ptr<SnapshotState>& state() const;
    [[nodiscard]] bool closed() const { return state_ == nullptr; }
    void close() { state_.reset(); }

  private:
    std::shared_ptr<SnapshotState> state_;
};

void add_store(py::module_& module);
void add_snapshot(py::module_& module);
void add_transaction(py::module_& module);

using StoreClass = py::class_<PyStore>;
void add_past(StoreClass& store);
void add_maintenance(StoreClass& store);

/// A transaction that begins now; `managed`: vitrine's own loop ends it. (transaction.cpp)
py::object begin_transaction(const PyStore& store, TransactionOptions options, bool managed);

}  // namespace vitrine::python
