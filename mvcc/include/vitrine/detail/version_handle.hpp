#pragma once

#include <utility>

namespace vitrine::mvcc {

class ObjectVersion;

void retain(const ObjectVersion& version) noexcept;  // requires: someone holds it
void release(const ObjectVersion& version) noexcept;

/// An owning handle to an immutable version, or to nothing. Outlives its store.
/// Threads: a value; copies may be used and dropped by any thread. Cost: one atomic add per copy.
class VersionHandle {
  public:
    VersionHandle() = default;
    /// Takes over a reference that the caller has.
    static VersionHandle adopt(const ObjectVersion* version) {
        VersionHandle handle;
        handle.version_ = version;
        return handle;
    }
    VersionHandle(const VersionHandle& other) noexcept : version_(other.version_) {
        if (version_ != nullptr) retain(*version_);
    }
    VersionHandle(VersionHandle&& other) noexcept
        : version_(std::exchange(other.version_, nullptr)) {}
    VersionHandle& operator=(VersionHandle other) noexcept {
        std::swap(version_, other.version_);
        return *this;
    }
    ~VersionHandle() {
        if (version_ != nullptr) release(*version_);
    }

    explicit operator bool() const { return version_ != nullptr; }
    const ObjectVersion* operator->() const { return version_; }
    const ObjectVersion& operator*() const { return *version_; }
    [[nodiscard]] const ObjectVersion* get() const { return version_; }

  private:
    const ObjectVersion* version_ = nullptr;
};

}  // namespace vitrine::mvcc
