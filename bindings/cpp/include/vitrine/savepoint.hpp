#pragma once

#include <cstddef>
#include <memory>

namespace vitrine {

namespace mvcc {
class Transaction;
}

/// A point in a transaction to go back to. A small value, of use only to its own transaction; it
/// keeps nothing alive.
class Savepoint {
  private:
    friend class Transaction;
    Savepoint(std::weak_ptr<mvcc::Transaction> transaction, std::size_t mark)
        : transaction_(std::move(transaction)), mark_(mark) {}

    std::weak_ptr<mvcc::Transaction> transaction_;  // names it, even when it is gone
    std::size_t mark_;
};

}  // namespace vitrine
