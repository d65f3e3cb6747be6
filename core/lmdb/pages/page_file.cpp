#include "core/lmdb/pages/page_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <vitrine/error.hpp>

namespace vitrine::core::lmdb {

PageFile::PageFile(const std::filesystem::path& file)
    : name_(file.string()), descriptor_(::open(name_.c_str(), O_RDONLY | O_CLOEXEC)), owned_(true) {
    if (descriptor_ < 0) throw StorageError(name_ + ": " + std::generic_category().message(errno));
    try {
        measure();
    } catch (...) {
        ::close(descriptor_);
        throw;
    }
}

PageFile::PageFile(int descriptor, std::string name)
    : name_(std::move(name)), descriptor_(descriptor) {
    measure();
}

PageFile::~PageFile() {
    if (owned_) ::close(descriptor_);
}

void PageFile::measure() {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0)
        throw StorageError(name_ + ": " + std::generic_category().message(errno));
    if (!S_ISREG(status.st_mode)) throw StorageError(name_ + ": not a file");
    bytes_ = static_cast<std::uint64_t>(status.st_size);
}

bool PageFile::read(std::uint64_t number, Page& into) const {
    into.number = number;
    if (number >= pages()) return false;
    const std::uint64_t offset = number * kPageBytes;
    const auto there = static_cast<std::size_t>(std::min(kPageBytes, bytes_ - offset));
    std::fill(into.bytes.begin() + static_cast<std::ptrdiff_t>(there), into.bytes.end(),
              std::byte{0});
    return read_fully(descriptor_, into.bytes.data(), there, offset);
}

bool PageFile::read(std::uint64_t offset, std::span<std::byte> into) const {
    if (offset > bytes_ || into.size() > bytes_ - offset) return false;
    return into.empty() || read_fully(descriptor_, into.data(), into.size(), offset);
}

}  // namespace vitrine::core::lmdb
