#pragma once

#include <cstdint>

namespace vitrine::bench {

/// From here on this process counts how often it makes the disk keep something: syncs that came back
/// without an error, and writes through descriptors that were opened with O_DSYNC or O_SYNC.
void watch_syncs();

/// So far.
std::uint64_t syncs();

}  // namespace vitrine::bench
