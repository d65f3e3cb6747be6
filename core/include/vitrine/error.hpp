#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <vitrine/any_ref.hpp>
#include <vitrine/version.hpp>

namespace vitrine {

/// The root of everything that Vitrine throws on purpose. The subclasses say what the caller can do
/// about it; messages name the object, the key (escaped, cut) or the file.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Another commit changed what this transaction read or wrote. Nothing of the transaction is
/// visible; run it again (`Store::transact` does).
class ConflictError : public Error {
  public:
    struct Place {
        std::optional<AnyRef> object{};
        std::optional<AnyRef> tree{};
        std::string key{};
    };

    ConflictError(const std::string& message, Version with, Place place)
        : Error(message), with_(with), place_(std::move(place)) {}

    /// The commit that won.
    [[nodiscard]] Version with() const { return with_; }
    /// The object that both changed, when it was an object.
    [[nodiscard]] std::optional<AnyRef> object() const { return place_.object; }
    /// The tree in which they met, when it was a key of a tree or a root.
    [[nodiscard]] std::optional<AnyRef> tree() const { return place_.tree; }
    /// The key as messages show it, or the name of a root; empty for an object.
    [[nodiscard]] const std::string& key() const { return place_.key; }

  private:
    Version with_;
    Place place_;
};

/// What was asked for is not there: an erased or null reference, an absent key or root.
class NotFoundError : public Error {
  public:
    using Error::Error;
};

/// The object or tree is there, but of another type than the one asked for.
class TypeError : public Error {
  public:
    using Error::Error;
};

/// The program's struct does not fit the one stored in the file. The message names the field.
class SchemaError : public Error {
  public:
    using Error::Error;
};

/// Stored bytes are damaged or missing. Thrown instead of giving wrong data.
class CorruptionError : public Error {
  public:
    explicit CorruptionError(const std::string& message, AnyRef object = {}, Version version = {})
        : Error(message), object_(object), version_(version) {}

    /// The damaged object; null when the damage is not in an object (a file header).
    [[nodiscard]] AnyRef object() const { return object_; }
    /// The version of the damaged row; 0 when it is not known.
    [[nodiscard]] Version version() const { return version_; }

  private:
    AnyRef object_;
    Version version_;
};

/// The file or the disk failed: what the system said, and of which file.
class StorageError : public Error {
  public:
    using Error::Error;
};

/// The version asked for is no longer kept.
class SnapshotTooOldError : public Error {
  public:
    using Error::Error;
};

/// A progress callback asked to stop.
class CancelledError : public Error {
  public:
    using Error::Error;
};

/// The caller's mistake: a closed transaction, a key too long, an integer that does not fit.
class UsageError : public Error {
  public:
    using Error::Error;
};

}  // namespace vitrine
