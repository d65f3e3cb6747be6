#include "bindings/cli/value_json.hpp"

#include <bit>
#include <cstring>
#include <limits>

#include <capnp/message.h>
#include <fmt/format.h>
#include <kj/exception.h>

#include <vitrine/error.hpp>

#include "bindings/cli/names.hpp"
#include "bindings/cli/struct_json.hpp"
#include "btree/value_kind.hpp"
#include "core/payload.hpp"

namespace vitrine::cli {
namespace {

constexpr std::size_t kWordBytes = sizeof(std::uint64_t);

bool begins(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

bool refers(std::string_view kind) { return begins(kind, "ref ") || begins(kind, "tree "); }

std::uint64_t word_in(btree::ByteSpan value, std::string_view kind) {
    if (value.size() != kWordBytes)
        throw CorruptionError(
            fmt::format("a value of kind {} has {} bytes instead of 8", kind, value.size()));
    std::uint64_t word = 0;
    std::memcpy(&word, value.data(), sizeof word);
    return word;
}

std::vector<std::byte> word_bytes(std::uint64_t word) {
    std::vector<std::byte> bytes(kWordBytes);
    std::memcpy(bytes.data(), &word, sizeof word);
    return bytes;
}

// The width of the integers of a kind; 0 for other kinds.
unsigned integer_bits(std::string_view kind) {
    if (kind.empty()) return 0;
    for (const unsigned bits : {8U, 16U, 32U, 64U})
        if (kind.substr(1) == std::to_string(bits) && (kind[0] == 'i' || kind[0] == 'u'))
            return bits;
    return 0;
}

void write_integer(JsonWriter& out, std::string_view kind, unsigned bits, std::uint64_t word) {
    const bool is_signed = kind.front() == 'i';
    const auto number = static_cast<std::int64_t>(word);
    if (bits == 64)
        out.string(is_signed ? std::to_string(number) : std::to_string(word));
    else if (is_signed)
        out.number(number);
    else
        out.number(word);
}

std::uint64_t read_integer(std::string_view kind, unsigned bits, JsonReader json) {
    const auto refuse = [&] { throw JsonError(fmt::format("the number does not fit {}", kind)); };
    if (kind.front() == 'u') {
        const std::uint64_t number = unsigned_of(json);
        if (bits < 64 && number >> bits != 0) refuse();
        return number;
    }
    const std::int64_t number = signed_of(json);
    if (bits < 64 && (number >> (bits - 1)) != (number < 0 ? -1 : 0)) refuse();
    return static_cast<std::uint64_t>(number);
}

// As it is: nothing says how else to read it.
void write_words(JsonWriter& out, std::span<const std::byte> bytes) {
    out.raw(bytes_object(kWordsMember, bytes));
}

void write_number(JsonWriter& out, std::string_view kind, std::uint64_t word, Exactness exactness) {
    if (kind == "bool" && word <= 1) {
        out.boolean(word == 1);
    } else if (const unsigned bits = integer_bits(kind); bits != 0) {
        write_integer(out, kind, bits, word);
    } else {
        const auto number = std::bit_cast<double>(word);
        const auto quiet = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
        if (exactness == Exactness::roundtrip &&
            (kind != "double" || (number != number && word != quiet)))
            write_words(out, word_bytes(word));
        else
            out.number(number);
    }
}

}  // namespace

void write_object(JsonWriter& out, const core::schema::Registry& types, core::TypeId type,
                  core::Words payload, Exactness exactness) {
    const auto stored = types.find(type);
    if (!stored) return write_words(out, bytes_of(payload));
    const auto record = read_payload(stored->schema, payload);
    exactness == Exactness::roundtrip ? write_struct_exactly(out, record)
                                      : show_struct(out, record);
}

Payload read_object(const core::schema::Registry& types, core::TypeId type, JsonReader json) {
    if (const auto words = find_bytes_object(json, kWordsMember)) return checked_struct(*words);
    const auto stored = types.find(type);
    if (!stored) throw JsonError(fmt::format("type {} is not known", core::schema::hex_id(type)));
    try {
        capnp::MallocMessageBuilder message;
        const auto record = message.initRoot<capnp::DynamicStruct>(stored->schema);
        read_struct(json, record);
        Payload words = flatten(record.asReader());
        if (const char* fault = core::find_payload_fault(words); fault != nullptr)
            throw JsonError(fmt::format("the record cannot be stored: {}", fault));
        return words;
    } catch (const kj::Exception& error) {
        throw JsonError(error.getDescription().cStr());
    }
}

void write_value(JsonWriter& out, const core::schema::Registry& types, std::string_view kind,
                 btree::ByteSpan value, Exactness exactness) {
    if (kind == "unit") {
        out.null();
    } else if (kind == "string") {
        const std::string_view text(reinterpret_cast<const char*>(value.data()), value.size());
        is_utf8(text) ? out.string(text) : out.raw(bytes_object(kBytesMember, value));
    } else if (kind == "bytes") {
        out.string(base64(value));
    } else if (const core::TypeId type = btree::struct_in(kind); type != 0) {
        // Values lie in a record that was checked; what they hold was not.
        const Payload payload = checked_struct(value);
        write_object(out, types, type, payload, exactness);
    } else if (refers(kind)) {
        out.string(fmt::format("#{}", word_in(value, kind)));
    } else if (kind == "bool" || kind == "double" || integer_bits(kind) != 0) {
        write_number(out, kind, word_in(value, kind), exactness);
    } else {
        write_words(out, value);
    }
}

std::vector<std::byte> read_value(const core::schema::Registry& types, std::string_view kind,
                                  JsonReader json) {
    if (auto words = find_bytes_object(json, kWordsMember)) {
        if (btree::struct_in(kind) != 0) static_cast<void>(checked_struct(*words));
        return std::move(*words);
    }
    if (kind == "unit") return {};
    if (kind == "bytes") return from_base64(text_of(json));
    if (kind == "string") {
        if (auto bytes = find_bytes_object(json, kBytesMember)) return std::move(*bytes);
        const std::string_view text = text_of(json);
        const auto bytes = std::as_bytes(std::span(text));
        return {bytes.begin(), bytes.end()};
    }
    if (const core::TypeId type = btree::struct_in(kind); type != 0) {
        const Payload payload = read_object(types, type, json);
        const auto bytes = bytes_of(payload);
        return {bytes.begin(), bytes.end()};
    }
    if (refers(kind)) return word_bytes(reference_of(text_of(json)));
    if (kind == "bool") return word_bytes(boolean_of(json) ? 1 : 0);
    if (kind == "double") return word_bytes(std::bit_cast<std::uint64_t>(double_of(json)));
    if (const unsigned bits = integer_bits(kind); bits != 0)
        return word_bytes(read_integer(kind, bits, json));
    throw JsonError(fmt::format("values of kind \"{}\" are not known to this program", kind));
}

std::optional<core::ObjectId> reference_in(std::string_view kind, btree::ByteSpan value) {
    if (!refers(kind)) return std::nullopt;
    const core::ObjectId id{word_in(value, kind)};
    return id ? std::optional(id) : std::nullopt;
}

}  // namespace vitrine::cli
