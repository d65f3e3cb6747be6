#include "mvcc/direct_persist.hpp"

#include "mvcc/store.hpp"

namespace vitrine::mvcc {

DirectPersist::DirectPersist(Store& store, Version newest)
    : store_(store), writer_(store), stored_(newest.value()) {}

void DirectPersist::persist(std::span<const std::shared_ptr<Commit>> commits) {
    Due due;
    due.add(commits);
    writer_.write(std::move(due));
    stored_.store(commits.back()->number.value(), std::memory_order_release);
}

void DirectPersist::write_out() {
    if (!writer_.owes()) return;
    Due due;
    due.newest = stored();
    due.time = store_.storage().state().time;
    writer_.write(std::move(due));
    writer_.settle();
}

bool DirectPersist::failed() const { return store_.storage().failed(); }

}  // namespace vitrine::mvcc
