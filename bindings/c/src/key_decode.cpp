#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <vitrine/detail/key_codec.hpp>

#include "bindings/c/src/keys.hpp"
#include "bindings/c/src/tree.hpp"
#include "bindings/cpp/src/kind_names.hpp"
#include "btree/key.hpp"
#include "btree/key_text.hpp"

namespace vitrine::capi {
namespace {

using detail::FieldReader;
using detail::fields_of;
using detail::is_tuple;
using detail::KeyCodec;
using detail::KeyTag;
using detail::with_key_kind;

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
    set_key(scratch, detail::bytes_of(unescaped));
    for (vitrine_field& field : fields) {
        if (field.type != VITRINE_BYTES) continue;
        const auto* const data = static_cast<const char*>(field.value.b.data);
        if (data >= unescaped.data() && data < unescaped.data() + unescaped.size())
            field.value.b.data = scratch.bytes + (data - unescaped.data());
    }
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

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

}  // extern "C"
