#include "bindings/cli/open_store.hpp"

#include <filesystem>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/open_file.hpp"

namespace vitrine::cli {
namespace {

// A library makes a new store of an empty file. Who asks what is in it meant something else.
void refuse_empty(const std::string& file) {
    std::error_code failure;
    if (std::filesystem::is_regular_file(file, failure) &&
        std::filesystem::file_size(file, failure) == 0 && !failure)
        throw StorageError(fmt::format("{} is empty: no store yet", file));
}

}  // namespace

mvcc::StoreOwner open_store(const std::string& file, Access access, StoreOptions options) {
    refuse_empty(file);
    const bool read_only = access == Access::read;
    options.create_if_missing = false;
    options.read_only = read_only;
    options.cache_bytes = std::size_t{64} << 20;  // a visitor takes little room
    return btree::open_file(file, options);
}

}  // namespace vitrine::cli
