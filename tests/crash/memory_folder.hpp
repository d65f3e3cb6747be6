#pragma once

#include <stdlib.h>
#include <unistd.h>

#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::crash {

/// A temporary folder in memory, where the system has such a place: what is written there by the
/// thousand need not be good for the disk.
class MemoryFolder {
  public:
    MemoryFolder() = default;
    [[nodiscard]] std::filesystem::path file(const std::string& name) const {
        return folder_.file(name);
    }

  private:
    struct Place {
        Place() {
            constexpr const char* kMemory = "/dev/shm";
            if (::access(kMemory, W_OK) == 0) ::setenv("TMPDIR", kMemory, 0);
        }
    };
    Place place_;
    core::testing::TemporaryFolder folder_;
};

}  // namespace vitrine::crash
