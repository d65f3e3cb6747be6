#include "bindings/c/src/keys.hpp"

#include <algorithm>
#include <cstring>

#include <vitrine/detail/key_codec.hpp>

#include "bindings/c/src/error.hpp"
#include "bindings/c/src/tree.hpp"
#include "bindings/cpp/src/kind_names.hpp"
#include "btree/arithmetic.hpp"
#include "btree/key_text.hpp"

namespace vitrine::capi {
namespace {

using detail::FieldReader;
using detail::fields_of;
using detail::FieldWriter;
using detail::is_tuple;
using detail::KeyCodec;
using detail::KeyTag;
using detail::with_key_kind;

template <class K>
inline constexpr bool kIsText = !detail::Number<K>;

[[noreturn]] void throw_wrong_field(std::string_view kind) {
    throw UsageError(fmt::format("a field of this type is no key of kind {}", kind));
}

/// Calls `use` with the field's content as what KeyCodec<K> takes.
template <class K, class Use>
void with_content(const vitrine_field& field, std::string_view kind, Use use) {
    switch (field.type) {
        case VITRINE_SIGNED:
            if constexpr (!kIsText<K>) return use(field.value.i);
            break;
        case VITRINE_UNSIGNED:
            if constexpr (!kIsText<K>) return use(field.value.u);
            break;
        case VITRINE_DOUBLE:
            if constexpr (std::same_as<K, double>) return use(field.value.d);
            break;
        case VITRINE_BYTES:
            if constexpr (kIsText<K>) {
                const BytesView bytes =
                    to_view(field.value.b.data, field.value.b.size, "field.value.b.data");
                if constexpr (std::same_as<K, std::string>)
                    return use(detail::text_of(bytes));
                else
                    return use(bytes);
            }
            break;
        default: throw UsageError(fmt::format("there is no type of fields {}", field.type));
    }
    throw_wrong_field(kind);
}

void set(vitrine_key& key, BytesView bytes) {
    if (!bytes.empty()) std::memcpy(key.bytes, bytes.data(), bytes.size());
    key.size = bytes.size();
}

template <class K>
void encode_alone(auto content, vitrine_key& key) {
    const detail::EncodedKey<K> encoded{content};
    set(key, encoded);
}

void encode(std::string_view kind, std::span<const vitrine_field> fields, vitrine_key& key) {
    if (is_tuple(kind)) {
        const auto kinds = fields_of(kind);
        if (fields.size() > kinds.size())
            throw UsageError(fmt::format("a key of kind {} has {} fields, not {}", kind,
                                         kinds.size(), fields.size()));
        FieldWriter out;
        for (std::size_t i = 0; i < fields.size(); ++i)
            with_key_kind(kinds[i], [&]<class K>(KeyTag<K>) {
                with_content<K>(fields[i], kinds[i],
                                [&](auto content) { KeyCodec<K>::write(content, out); });
            });
        return set(key, out.written());
    }
    with_key_kind(kind, [&]<class K>(KeyTag<K>) {
        if (fields.size() != 1)
            throw UsageError(
                fmt::format("a key of kind {} has 1 field, not {}", kind, fields.size()));
        with_content<K>(fields[0], kind, [&](auto content) { encode_alone<K>(content, key); });
    });
}

vitrine_field to_field(detail::Integer auto number) {
    vitrine_field field{};
    if constexpr (std::is_signed_v<decltype(number)>) {
        field.type = VITRINE_SIGNED;
        field.value.i = number;
    } else {
        field.type = VITRINE_UNSIGNED;
        field.value.u = number;
    }
    return field;
}
vitrine_field to_field(double number) {
    vitrine_field field{};
    field.type = VITRINE_DOUBLE;
    field.value.d = number;
    return field;
}
vitrine_field to_field(BytesView bytes) {
    vitrine_field field{};
    field.type = VITRINE_BYTES;
    field.value.b = to_bytes(bytes);
    return field;
}
vitrine_field to_field(std::string_view text) { return to_field(detail::bytes_of(text)); }

/// The fields of a key that is_key() found right. `unescaped` holds texts that were taken apart.
std::vector<vitrine_field> decode(std::string_view kind, BytesView key, std::string& unescaped) {
    std::vector<vitrine_field> fields;
    FieldReader in(key, unescaped);
    if (is_tuple(kind)) {
        for (const std::string_view field : fields_of(kind))
            with_key_kind(field, [&]<class K>(KeyTag<K>) {
                fields.push_back(to_field(KeyCodec<K>::take(in)));
            });
        return fields;
    }
    with_key_kind(kind, [&]<class K>(KeyTag<K>) {
        if constexpr (KeyCodec<K>::kFixed)
            fields.push_back(to_field(KeyCodec<K>::view(btree::head_of(key))));
        else
            fields.push_back(to_field(key));
    });
    return fields;
}

/// Texts that decode() had to take apart move into the caller's memory.
void move_texts(std::vector<vitrine_field>& fields, const std::string& unescaped,
                vitrine_key& scratch) {
    set(scratch, detail::bytes_of(unescaped));
    for (vitrine_field& field : fields) {
        if (field.type != VITRINE_BYTES) continue;
        const auto* const data = static_cast<const char*>(field.value.b.data);
        if (data >= unescaped.data() && data < unescaped.data() + unescaped.size())
            field.value.b.data = scratch.bytes + (data - unescaped.data());
    }
}

}  // namespace

bool is_key(std::string_view kind, BytesView key) {
    if (key.size() > btree::kMaxKeyBytes) return false;
    if (is_tuple(kind)) {
        try {
            std::string unescaped;
            FieldReader in(key, unescaped);
            FieldWriter again;
            for (const std::string_view field : fields_of(kind))
                with_key_kind(field, [&]<class K>(KeyTag<K>) {
                    KeyCodec<K>::write(KeyCodec<K>::take(in), again);
                });
            in.finish();
            return std::ranges::equal(again.written(), key);
        } catch (const CorruptionError&) {
            return false;
        }
    }
    return with_key_kind(kind, [&]<class K>(KeyTag<K>) {
        if constexpr (KeyCodec<K>::kFixed) {
            if (key.size() != btree::kHeadBytes) return false;
            const std::uint64_t head = btree::head_of(key);
            return KeyCodec<K>::order(KeyCodec<K>::view(head)) == head;
        } else {
            return true;
        }
    });
}

}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_key_encode(const char* kind, const vitrine_field* fields, size_t field_count,
                                  vitrine_key* key) {
    return guarded([&] {
        if (field_count != 0) need(fields, "fields");
        encode(need_text(kind, "kind"), {fields, field_count}, need(key, "key"));
    });
}

vitrine_status vitrine_key_decode(const char* kind, const void* key, size_t key_size,
                                  vitrine_field* fields, size_t capacity, size_t* field_count,
                                  vitrine_key* scratch) {
    return guarded([&] {
        const auto bytes = to_view(key, key_size, "key");
        if (!is_key(need_text(kind, "kind"), bytes))
            throw vitrine::UsageError(fmt::format("{} is no encoded key of kind {}",
                                                  vitrine::btree::bytes_text(bytes), kind));
        std::string unescaped;
        auto found = decode(kind, bytes, unescaped);
        if (found.size() > capacity)
            throw vitrine::UsageError(
                fmt::format("a key of kind {} has {} fields, and there is "
                            "room for {}",
                            kind, found.size(), capacity));
        move_texts(found, unescaped, need(scratch, "scratch"));
        std::copy(found.begin(), found.end(), &need(fields, "fields"));
        give(field_count, found.size());
    });
}

vitrine_status vitrine_key_signed(int64_t number, vitrine_key* key) {
    return guarded([&] { encode_alone<std::int64_t>(number, need(key, "key")); });
}

vitrine_status vitrine_key_unsigned(uint64_t number, vitrine_key* key) {
    return guarded([&] { encode_alone<std::uint64_t>(number, need(key, "key")); });
}

vitrine_status vitrine_key_double(double number, vitrine_key* key) {
    return guarded([&] { encode_alone<double>(number, need(key, "key")); });
}

}  // extern "C"
