#pragma once

#include <vector>

#include "core/block_pool.hpp"
#include "core/ids.hpp"

namespace vitrine::core {

/// Words of a record on its way: larger than what the C library keeps at hand for a thread, or made by
/// one thread and freed by another.
using WordBuffer = std::vector<Word, BlockAllocator<Word>>;

}  // namespace vitrine::core
