#include "bindings/cpp/src/begin.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/block_pool.hpp"
#include "mvcc/store.hpp"

namespace vitrine::detail {

std::shared_ptr<mvcc::Transaction> begin(mvcc::Snapshot base, TransactionOptions options) {
    mvcc::Store& machine = base.store();
    if (machine.options().read_only) {
        throw UsageError(fmt::format("{} was opened to be read only", machine.storage().name()));
    }
    // More than the C library keeps at hand for a thread.
    return std::allocate_shared<mvcc::Transaction>(core::BlockAllocator<mvcc::Transaction>(),
                                                   machine, std::move(base), std::move(options));
}

}  // namespace vitrine::detail
