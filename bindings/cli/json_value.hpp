#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <capnp/compat/json.capnp.h>
#include <capnp/message.h>

#include "core/ids.hpp"

namespace vitrine::cli {

using JsonReader = capnp::json::Value::Reader;

/// JSON that is not what it should be: which, and what was expected.
class JsonError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A JSON text, parsed. Movable.
class JsonDocument {
  public:
    /// Throws: JsonError when it is no JSON.
    explicit JsonDocument(std::string_view text);

    /// Lifetime: the document's.
    [[nodiscard]] JsonReader value() const { return value_; }

  private:
    std::unique_ptr<capnp::MallocMessageBuilder> message_;
    JsonReader value_;
};

// All of them throw JsonError when the value is of another kind. Lifetime of texts: the document's.

std::string_view text_of(JsonReader value);
std::optional<JsonReader> find_member(JsonReader object, std::string_view name);
JsonReader member(JsonReader object, std::string_view name);
std::string_view text_member(JsonReader object, std::string_view name);
/// An integer as a number, or as a string of digits, which is how 64 bits are written.
std::uint64_t unsigned_of(JsonReader value);
std::int64_t signed_of(JsonReader value);
/// A number, or "NaN", "Infinity", "-Infinity".
double double_of(JsonReader value);
bool boolean_of(JsonReader value);

// What JSON has no words for is an object with one member of these names. No field has such a name.
inline constexpr std::string_view kBytesMember = "$bytes";  ///< a text that is not UTF-8
inline constexpr std::string_view kWordsMember = "$words";  ///< a record, as it is stored

/// {"$bytes":"<base64>"}
std::string bytes_object(std::string_view name, std::span<const std::byte> bytes);
std::string base64(std::span<const std::byte> bytes);
std::vector<std::byte> from_base64(std::string_view text);
/// The bytes, when the value is such an object.
std::optional<std::vector<std::byte>> find_bytes_object(JsonReader value, std::string_view name);

}  // namespace vitrine::cli
