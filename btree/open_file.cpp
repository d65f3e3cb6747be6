#include "btree/open_file.hpp"

#include <vitrine/error.hpp>

#include "btree/node_types.hpp"

namespace vitrine::btree {

std::unique_ptr<core::Storage> open_storage(const std::filesystem::path& file,
                                            core::lmdb::Options options) {
    auto storage = core::lmdb::open(file, options);
    if (!options.read_only || !storage->state().log) return storage;
    storage.reset();
    core::lmdb::Options writing = options;
    writing.read_only = false;
    writing.create_if_missing = false;
    std::unique_ptr<core::Storage> writable;
    try {
        writable = core::lmdb::open(file, writing);
    } catch (const StorageError& error) {
        throw StorageError(std::string(error.what()) +
                           " (a crash left commits in the store's log, which go into the file "
                           "before it can be read)");
    }
    mvcc::Store::open(std::move(writable), {}, node_traits())->close();
    return core::lmdb::open(file, options);
}

mvcc::StoreOwner open_file(const std::filesystem::path& file, const StoreOptions& options) {
    auto storage = open_storage(file, {.create_if_missing = options.create_if_missing,
                                       .read_only = options.read_only,
                                       .check_structure = options.check_structure});
    return mvcc::Store::open(std::move(storage), options, node_traits());
}

}  // namespace vitrine::btree
