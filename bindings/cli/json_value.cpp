#include "bindings/cli/json_value.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include <capnp/compat/json.h>
#include <fmt/format.h>
#include <kj/encoding.h>
#include <kj/exception.h>

#include "bindings/cli/json_escapes.hpp"
#include "core/payload.hpp"
#include "core/schema/node.hpp"

namespace vitrine::cli {
namespace {

using Kind = capnp::json::Value;

// A level of a record can be two of JSON: a struct in a list.
constexpr std::size_t kMaxJsonNesting = 4 * core::kMaxNesting;
// Doubles hold every integer up to this, and not all beyond: those must come as strings.
constexpr double kLargestExact = 9007199254740992.0;

const char* kind_name(JsonReader value) {
    switch (value.which()) {
        case Kind::NULL_: return "null";
        case Kind::BOOLEAN: return "a boolean";
        case Kind::NUMBER: return "a number";
        case Kind::STRING: return "a string";
        case Kind::ARRAY: return "an array";
        case Kind::OBJECT: return "an object";
        case Kind::CALL: break;
    }
    return "no JSON";
}

[[noreturn]] void expected(const char* what, JsonReader value) {
    throw JsonError(fmt::format("expected {}, found {}", what, kind_name(value)));
}

template <class Integer>
Integer integer_of(JsonReader value) {
    if (value.isNumber()) {
        const double number = value.getNumber();
        const bool fits = std::trunc(number) == number && std::abs(number) <= kLargestExact &&
                          (std::numeric_limits<Integer>::is_signed || number >= 0);
        if (!fits)
            throw JsonError(fmt::format(
                "{} is no integer of this kind; beyond 2^53 they are written as strings", number));
        return static_cast<Integer>(number);
    }
    if (!value.isString()) expected("an integer", value);
    const std::string_view text = text_of(value);
    Integer number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc() || end.ptr != text.data() + text.size())
        throw JsonError(fmt::format("\"{}\" is no integer of this kind", text));
    return number;
}

}  // namespace

JsonDocument::JsonDocument(std::string_view text)
    : message_(std::make_unique<capnp::MallocMessageBuilder>()) {
    try {
        capnp::JsonCodec codec;
        codec.setMaxNestingDepth(kMaxJsonNesting);
        auto root = message_->initRoot<capnp::json::Value>();
        const std::string plain = without_unicode_escapes(text);
        codec.decodeRaw(kj::arrayPtr(plain.data(), plain.size()), root);
        value_ = root.asReader();
    } catch (const kj::Exception& error) {
        throw JsonError(fmt::format("it is no JSON: {}", error.getDescription().cStr()));
    }
}

std::string_view text_of(JsonReader value) {
    if (!value.isString()) expected("a string", value);
    return core::schema::view_of(value.getString());
}

std::optional<JsonReader> find_member(JsonReader object, std::string_view name) {
    if (!object.isObject()) expected("an object", object);
    for (const auto field : object.getObject())
        if (core::schema::view_of(field.getName()) == name) return field.getValue();
    return std::nullopt;
}

JsonReader member(JsonReader object, std::string_view name) {
    const auto found = find_member(object, name);
    if (!found) throw JsonError(fmt::format("the member \"{}\" is missing", name));
    return *found;
}

std::string_view text_member(JsonReader object, std::string_view name) {
    return text_of(member(object, name));
}

std::uint64_t unsigned_of(JsonReader value) { return integer_of<std::uint64_t>(value); }

std::int64_t signed_of(JsonReader value) { return integer_of<std::int64_t>(value); }

double double_of(JsonReader value) {
    if (value.isNumber()) return value.getNumber();
    const std::string_view text = text_of(value);
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
    throw JsonError(fmt::format("\"{}\" is no number", text));
}

bool boolean_of(JsonReader value) {
    if (!value.isBoolean()) expected("a boolean", value);
    return value.getBoolean();
}

std::string base64(std::span<const std::byte> bytes) {
    return kj::encodeBase64(
               kj::arrayPtr(reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()))
        .cStr();
}

std::vector<std::byte> from_base64(std::string_view text) {
    const auto decoded = kj::decodeBase64(kj::arrayPtr(text.data(), text.size()));
    if (decoded.hadErrors) throw JsonError("a string is no base64");
    const auto* begin = reinterpret_cast<const std::byte*>(decoded.begin());
    return {begin, begin + decoded.size()};
}

std::string bytes_object(std::string_view name, std::span<const std::byte> bytes) {
    return fmt::format("{{\"{}\":\"{}\"}}", name, base64(bytes));
}

std::optional<std::vector<std::byte>> find_bytes_object(JsonReader value, std::string_view name) {
    if (!value.isObject() || value.getObject().size() != 1) return std::nullopt;
    const auto only = value.getObject()[0];
    if (core::schema::view_of(only.getName()) != name) return std::nullopt;
    return from_base64(text_of(only.getValue()));
}

}  // namespace vitrine::cli
