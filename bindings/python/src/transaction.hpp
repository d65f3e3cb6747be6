#pragma once

#include "bindings/python/src/store.hpp"

namespace vitrine::python {

/// `vitrine.Transaction`. Threads: the one that began it.
class PyTransaction {
  public:
    PyTransaction(const PyStore& store, TransactionOptions options, bool managed)
        : state_(std::make_shared<TransactionState>(store.context(), store.snapshot(),
                                                    std::move(options))),
          managed_(managed) {}

    [[nodiscard]] const std::shared_ptr<TransactionState>& state() const { return state_; }
    [[nodiscard]] mvcc::Transaction& machine() const { return state_->require(); }
    [[nodiscard]] bool managed() const { return managed_; }
    [[nodiscard]] const std::optional<Version>& version() const { return version_; }

    std::uint64_t finish() {
        version_ = state_->commit();
        return version_->value();
    }
    void abort() {
        state_->require_thread();
        state_->require_idle();
        state_->abort();
    }

  private:
    std::shared_ptr<TransactionState> state_;
    bool managed_;
    std::optional<Version> version_;
};

/// A point to go back to.
struct PySavepoint {
    std::weak_ptr<TransactionState> transaction;
    std::size_t mark;
};

using TransactionClass = py::class_<PyTransaction>;
void add_reading(TransactionClass& transaction);
void add_writing(TransactionClass& transaction);
void add_trees(TransactionClass& transaction);

/// Of a reference that must refer to something. Throws: NotFoundError, TypeError.
core::ObjectId require_id(py::handle reference);
/// What a name stands for in the transaction. Its read is validated.
std::optional<btree::Root> find_root(const PyTransaction& self, const std::string& name);

}  // namespace vitrine::python
