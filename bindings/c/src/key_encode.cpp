#include <vitrine/detail/key_codec.hpp>

#include "bindings/c/src/error.hpp"
#include "bindings/c/src/keys.hpp"
#include "bindings/c/src/tree.hpp"
#include "bindings/cpp/src/kind_names.hpp"

namespace vitrine::capi {
namespace {

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

template <class K>
void encode_alone(auto content, vitrine_key& key) {
    const detail::EncodedKey<K> encoded{content};
    set_key(key, encoded);
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
        return set_key(key, out.written());
    }
    with_key_kind(kind, [&]<class K>(KeyTag<K>) {
        if (fields.size() != 1)
            throw UsageError(
                fmt::format("a key of kind {} has 1 field, not {}", kind, fields.size()));
        with_content<K>(fields[0], kind, [&](auto content) { encode_alone<K>(content, key); });
    });
}

}  // namespace
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
