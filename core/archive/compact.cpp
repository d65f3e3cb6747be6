#include "core/archive/compact.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/archive/part_file.hpp"
#include "core/archive/store_copy.hpp"
#include "core/lmdb/lmdb_storage.hpp"

namespace vitrine::core::archive {
namespace {

/// An estimate, so that a copy that cannot succeed is not begun; a full disk is noticed later too.
void expect_room(const std::filesystem::path& file, const StorageSize& size) {
    struct statvfs disk {};
    if (::statvfs(file.c_str(), &disk) != 0) throw_system_error(file, "its disk", errno);
    const std::uint64_t room = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    const std::uint64_t used = size.file_bytes - std::min(size.free_bytes, size.file_bytes);
    if (room < used)
        throw StorageError(fmt::format(
            "{}: compacting makes a copy beside the file, of up to {} bytes; the disk has {} free",
            file.string(), used, room));
}

}  // namespace

CompactReport compact(const std::filesystem::path& name, const Progress& progress) {
    Meter meter(progress, "compacting");
    std::error_code error;
    // Behind a symbolic link the file is replaced, not the link.
    const std::filesystem::path file = std::filesystem::canonical(name, error);
    if (error) throw_system_error(name, "compacting the store", error.value());
    // Read only: without LMDB's lock file, which belongs to the name and so to the new file too.
    const auto storage = lmdb::open(file, {.create_if_missing = false, .read_only = true});
    if (storage->state().log)
        throw StorageError(file.string() +
                           ": a crash left commits in the store's log: open it for writing once "
                           "before it is compacted");
    const StorageSize before = storage->size();
    expect_room(file, before);
    PartFile copy(PartFile::Over{}, file, file.string() + ".compact");
    const BackupReport report =
        fill_store(Source::all_of(*storage), copy, storage->state().identity, meter);
    meter.step();
    // The old file stays locked until its name stands for the new one.
    copy.replace();
    return {before.file_bytes, report.bytes};
}

}  // namespace vitrine::core::archive
