#pragma once

#include "core/storage.hpp"

namespace vitrine::core {

/// A new store's identity: 128 bits from the system's source of randomness.
Identity make_identity();

}  // namespace vitrine::core
