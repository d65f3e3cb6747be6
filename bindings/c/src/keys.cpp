#include "bindings/c/src/keys.hpp"

#include <algorithm>
#include <string>

#include <vitrine/detail/key_codec.hpp>
#include <vitrine/error.hpp>

#include "bindings/cpp/src/kind_names.hpp"
#include "btree/key.hpp"
#include "btree/trees.hpp"

namespace vitrine::capi {

using detail::FieldReader;
using detail::fields_of;
using detail::FieldWriter;
using detail::is_tuple;
using detail::KeyCodec;
using detail::KeyTag;
using detail::with_key_kind;

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
