#include "mvcc/backup.hpp"

#include <vitrine/store.hpp>

#include "bindings/cpp/src/open_store.hpp"

namespace vitrine {

BackupReport Store::backup(const std::filesystem::path& file, const Progress& progress) const {
    const mvcc::Snapshot keep = store().snapshot();
    return mvcc::backup(keep.store(), file, progress);
}

}  // namespace vitrine
