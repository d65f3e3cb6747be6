#include <array>
#include <cstring>

#include <vitrine/detail/key_codec.hpp>

#include "bindings/c/src/tree.hpp"
#include "bindings/c/src/walk.hpp"
#include "bindings/cpp/src/kind_names.hpp"
#include "btree/arithmetic.hpp"
#include "btree/key.hpp"

namespace vitrine::capi {
namespace {

BytesView show_key(vitrine_cursor& cursor, btree::Cursor& at) {
    if (!at.fixed_keys()) return at.key();
    cursor.shown.resize(btree::kHeadBytes);
    btree::store_head(at.head(), cursor.shown.data());
    return cursor.shown;
}

vitrine_status next(vitrine_cursor* cursor, vitrine_entry& entry) {
    Walk walk(cursor);
    btree::Cursor* const at = walk.next();
    if (at == nullptr) return walk.ended(VITRINE_END);
    entry = {to_bytes(show_key(*cursor, *at)), to_bytes(at->value())};
    return walk.ended(VITRINE_OK);
}

constexpr std::size_t padded(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

/// Copies entries into one block, each part at a multiple of 8, and then says where they lie.
vitrine_status next_batch(vitrine_cursor* cursor, vitrine_entry* entries, std::size_t capacity,
                          std::size_t& count) {
    Walk walk(cursor);
    btree::KeyBytes& block = cursor->shown;
    block.clear();
    const auto append = [&block](BytesView bytes) {
        const std::size_t at = block.size();
        block.resize(at + padded(bytes.size()));
        if (!bytes.empty()) std::memcpy(block.data() + at, bytes.data(), bytes.size());
        return bytes.size();
    };
    std::array<std::byte, btree::kHeadBytes> head;
    std::size_t filled = 0;
    btree::Cursor* at = nullptr;
    while (filled < capacity && (at = walk.next()) != nullptr) {
        if (at->fixed_keys()) btree::store_head(at->head(), head.data());
        entries[filled].key.size = append(at->fixed_keys() ? BytesView(head) : at->key());
        entries[filled].value.size = append(at->value());
        ++filled;
    }
    const std::byte* place = block.data();
    const auto locate = [&place](vitrine_bytes& bytes) {
        bytes.data = place;
        place += padded(bytes.size);
    };
    for (std::size_t i = 0; i < filled; ++i) {
        locate(entries[i].key);
        locate(entries[i].value);
    }
    count = filled;
    return walk.ended(filled == 0 && capacity != 0 ? VITRINE_END : VITRINE_OK);
}

/// How the order of fixed keys becomes numbers again: by flipping the sign, or as doubles do.
std::uint64_t (*unorder(const std::string& kind))(std::uint64_t) {
    return detail::with_key_kind(kind, []<class K>(detail::KeyTag<K>) {
        std::uint64_t (*convert)(std::uint64_t) = nullptr;
        if constexpr (detail::Number<K>)
            convert = [](std::uint64_t head) {
                return detail::to_word(detail::KeyCodec<K>::view(head));
            };
        return convert;
    });
}

vitrine_status next_words(vitrine_cursor* cursor, std::uint64_t* keys, std::uint64_t* values,
                          std::size_t capacity, std::size_t& count) {
    const btree::TreeKind& kind = need(cursor, "cursor").kind;
    if (keys != nullptr && !kind.fixed_keys)
        throw TypeError(fmt::format("keys of kind {} are no numbers", kind.key));
    if (values != nullptr && kind.form != btree::ValueForm::word)
        throw TypeError(fmt::format("values of kind {} are no numbers", kind.value));
    const auto convert = kind.fixed_keys ? unorder(kind.key) : nullptr;
    Walk walk(cursor);
    std::size_t filled = 0;
    btree::Cursor* at = nullptr;
    while (filled < capacity && (at = walk.next()) != nullptr) {
        if (keys != nullptr) keys[filled] = convert(at->head());
        if (values != nullptr) values[filled] = btree::word_of(at->value());
        ++filled;
    }
    count = filled;
    return walk.ended(filled == 0 && capacity != 0 ? VITRINE_END : VITRINE_OK);
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_cursor_next(vitrine_cursor* cursor, vitrine_entry* entry) {
    return guarded_status([&] { return next(cursor, need(entry, "entry")); });
}

vitrine_status vitrine_cursor_next_batch(vitrine_cursor* cursor, vitrine_entry* entries,
                                         size_t capacity, size_t* count) {
    return guarded_status([&] {
        return next_batch(cursor, &need(entries, "entries"), capacity, need(count, "count"));
    });
}

vitrine_status vitrine_cursor_next_words(vitrine_cursor* cursor, uint64_t* keys, uint64_t* values,
                                         size_t capacity, size_t* count) {
    return guarded_status(
        [&] { return next_words(cursor, keys, values, capacity, need(count, "count")); });
}

}  // extern "C"
