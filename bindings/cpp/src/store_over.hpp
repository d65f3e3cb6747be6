#pragma once

#include <memory>

#include <vitrine/store.hpp>

#include "core/storage.hpp"

namespace vitrine::detail {

/// Opens a store over any storage: for tests whose disk is simulated. Throws: as Store::open.
Store store_over(std::unique_ptr<core::Storage> storage, const StoreOptions& options);

}  // namespace vitrine::detail
