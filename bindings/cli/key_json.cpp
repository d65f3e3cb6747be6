#include "bindings/cli/key_json.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <vitrine/detail/key_codec.hpp>
#include <vitrine/error.hpp>

#include "bindings/cpp/src/kind_names.hpp"

namespace vitrine::cli {
namespace {

using detail::FieldReader;
using detail::fields_of;
using detail::FieldWriter;
using detail::is_tuple;
using detail::KeyCodec;
using detail::KeyTag;
using detail::with_key_kind;

void write_plain(JsonWriter& out, std::string_view text) {
    if (is_utf8(text))
        out.string(text);
    else
        out.raw(bytes_object(kBytesMember, std::as_bytes(std::span(text))));
}
void write_plain(JsonWriter& out, BytesView bytes) { out.string(base64(bytes)); }
void write_plain(JsonWriter& out, double number) { out.number(number); }
template <detail::Integer Number>
void write_plain(JsonWriter& out, Number number) {
    if constexpr (sizeof(Number) == 8)
        out.string(std::to_string(number));
    else if constexpr (std::is_signed_v<Number>)
        out.number(std::int64_t{number});
    else
        out.number(std::uint64_t{number});
}

template <class K>
auto read_plain(JsonReader json) {
    if constexpr (std::same_as<K, double>) {
        return double_of(json);
    } else if constexpr (std::same_as<K, std::string>) {
        if (const auto bytes = find_bytes_object(json, kBytesMember))
            return std::string(detail::text_of(*bytes));
        return std::string(text_of(json));
    } else if constexpr (std::same_as<K, Bytes>) {
        return from_base64(text_of(json));
    } else if constexpr (std::is_signed_v<K>) {
        return signed_of(json);
    } else {
        return unsigned_of(json);
    }
}

template <class K>
btree::KeyBytes encode(const auto& key) {
    typename KeyCodec<K>::Scratch scratch{};
    const BytesView bytes = KeyCodec<K>::encode(key, scratch);
    return {bytes.begin(), bytes.end()};
}

btree::KeyBytes read_tuple(std::string_view kind, JsonReader json, bool leading) {
    const auto kinds = fields_of(kind);
    if (!json.isArray()) throw JsonError(fmt::format("a key of kind {} is an array", kind));
    const auto fields = json.getArray();
    if (fields.size() > kinds.size() || (!leading && fields.size() != kinds.size()))
        throw JsonError(fmt::format("a key of kind {} has {} fields, not {}", kind, kinds.size(),
                                    fields.size()));
    FieldWriter out;
    for (unsigned i = 0; i < fields.size(); ++i)
        with_key_kind(kinds[i], [&]<class K>(KeyTag<K>) {
            KeyCodec<K>::write(read_plain<K>(fields[i]), out);
        });
    const BytesView bytes = out.written();
    return {bytes.begin(), bytes.end()};
}

}  // namespace

void write_key(JsonWriter& out, std::string_view kind, btree::ByteSpan key) {
    if (is_tuple(kind)) {
        std::string unescaped;
        FieldReader in(key, unescaped);
        out.begin_array();
        for (const std::string_view field : fields_of(kind))
            with_key_kind(field,
                          [&]<class K>(KeyTag<K>) { write_plain(out, KeyCodec<K>::take(in)); });
        in.finish();
        out.end_array();
        return;
    }
    with_key_kind(kind, [&]<class K>(KeyTag<K>) {
        if constexpr (KeyCodec<K>::kFixed) {
            if (key.size() != 8) detail::throw_damaged_key();
            std::uint64_t head = 0;
            for (const std::byte byte : key) head = head << 8 | std::to_integer<unsigned>(byte);
            write_plain(out, KeyCodec<K>::view(head));
        } else {
            std::string unused;
            write_plain(out, KeyCodec<K>::view(key, unused));
        }
    });
}

std::string show_key(std::string_view kind, btree::ByteSpan key) {
    JsonWriter out(JsonWriter::kCompact);
    write_key(out, kind, key);
    std::string text = out.take();
    if (text.size() > 2 && text.front() == '"') {
        const std::string inner = text.substr(1, text.size() - 2);
        // Only when nothing in it was escaped, and it does not look like JSON itself.
        if (inner.find('\\') == std::string::npos && inner.front() != '{') return inner;
    }
    return text;
}

btree::KeyBytes read_key(std::string_view kind, JsonReader json) {
    if (is_tuple(kind)) return read_tuple(kind, json, false);
    return with_key_kind(kind, [&]<class K>(KeyTag<K>) { return encode<K>(read_plain<K>(json)); });
}

btree::KeyBytes parse_key(std::string_view kind, std::string_view text, bool leading) {
    if (is_tuple(kind)) return read_tuple(kind, JsonDocument(text).value(), leading);
    const bool is_text = kind == "string" || kind == "bytes";
    if (leading && !is_text) throw UsageError(fmt::format("keys of kind {} have no prefix", kind));
    const bool is_json = !text.empty() && (text.front() == '"' || text.front() == '{');
    if (!is_json && (is_text || kind != "double"))
        return read_key(kind, JsonDocument(json_string(text)).value());
    return read_key(kind, JsonDocument(is_json || text.find_first_not_of("+-.0123456789eE") ==
                                                      std::string_view::npos
                                           ? std::string(text)
                                           : json_string(text))
                              .value());
}

std::optional<btree::KeyBytes> end_of_prefix(btree::KeyBytes prefix) {
    while (!prefix.empty() && prefix.back() == std::byte{0xFF}) prefix.pop_back();
    if (prefix.empty()) return std::nullopt;
    prefix.back() = static_cast<std::byte>(std::to_integer<unsigned>(prefix.back()) + 1);
    return prefix;
}

}  // namespace vitrine::cli
