#pragma once

#include "core/archive/meter.hpp"
#include "core/archive/state_scan.hpp"
#include "core/function_ref.hpp"
#include "core/storage.hpp"

namespace vitrine::core::archive {

/// A version of a store that is to be copied.
/// Requires: until the copy is done, what `newest` shows stays in the storage (mvcc/backup.hpp says
/// how), or nobody writes to it.
struct Source {
    Storage& storage;
    Version newest;
    Time time;  ///< of that commit

    /// All of a storage that nobody writes to.
    static Source all_of(Storage& storage) {
        const StorageState state = storage.state();
        return {storage, state.newest, state.time};
    }
};

/// Hands out the entries of the log in [from, newest], ascending; with no history: none.
void each_commit(const Source& source, Version from, FunctionRef<void(CommitRow&&)> sink);

/// What the source's history reaches at this moment, when what is copied was read before: the oldest
/// versions may have gone meanwhile.
StorageState state_of(const Source& source);

}  // namespace vitrine::core::archive
