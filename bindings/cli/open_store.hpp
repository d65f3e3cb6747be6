#pragma once

#include <string>

#include "mvcc/store.hpp"

namespace vitrine::cli {

enum class Access {
    read,   ///< nothing of the file is changed, nor is its folder
    write,  ///< the file must exist
};

/// Opens a store at the level of the machine, which needs no program's schema: through it, types are
/// ids and values are words. Alone, as every opening: one process at a time.
/// Throws: StorageError (not there, in use, not a store), CorruptionError.
/// `options`: what is not about access or room.
mvcc::StoreOwner open_store(const std::string& file, Access access, StoreOptions options = {});

}  // namespace vitrine::cli
