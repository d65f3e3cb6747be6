#include "bindings/cpp/src/begin.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "mvcc/store.hpp"

namespace vitrine::detail {

std::shared_ptr<mvcc::Transaction> begin(mvcc::Snapshot base, TransactionOptions options) {
    mvcc::Store& machine = base.store();
    if (machine.options().read_only) {
        throw UsageError(fmt::format("{} was opened to be read only", machine.storage().name()));
    }
    return std::make_shared<mvcc::Transaction>(machine, std::move(base), std::move(options));
}

}  // namespace vitrine::detail
