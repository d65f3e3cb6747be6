#include <array>
#include <cstring>

#include <vitrine/detail/key_codec.hpp>

#include "bindings/c/src/tree.hpp"
#include "bindings/cpp/src/kind_names.hpp"
#include "btree/arithmetic.hpp"
#include "btree/key_text.hpp"

namespace vitrine::capi {
namespace {

void stand_on(vitrine_cursor& cursor, const vitrine_tree& tree) {
    cursor.trees.push_back(tree.reader);
    if (tree.transaction) cursor.transactions.push_back(tree.transaction);
}

vitrine_cursor* walk(const vitrine_tree& tree, const vitrine_bounds* bounds) {
    auto cursor = std::make_unique<vitrine_cursor>();
    stand_on(*cursor, tree);
    cursor->kind = tree.kind;
    cursor->single = tree.reader->cursor(to_bounds(tree, bounds));
    return cursor.release();
}

detail::Merge to_merge(vitrine_merge merge) {
    switch (merge) {
        case VITRINE_UNION: return detail::Merge::unite;
        case VITRINE_INTERSECTION: return detail::Merge::intersect;
        case VITRINE_DIFFERENCE: return detail::Merge::subtract;
        default: throw UsageError(fmt::format("there is no merge {}", merge));
    }
}

vitrine_cursor* walk_both(const vitrine_tree& a, const vitrine_tree& b, vitrine_merge merge) {
    const detail::Merge how = to_merge(merge);
    if (a.kind.key != b.kind.key || (how == detail::Merge::unite && a.kind.value != b.kind.value))
        throw TypeError(fmt::format("a tree of {} -> {} and one of {} -> {} cannot be merged",
                                    a.kind.key, a.kind.value, b.kind.key, b.kind.value));
    auto cursor = std::make_unique<vitrine_cursor>();
    stand_on(*cursor, a);
    stand_on(*cursor, b);
    cursor->kind = a.kind;
    cursor->merged.emplace(a.reader->cursor({}), b.reader->cursor({}), how, a.kind.fixed_keys);
    return cursor.release();
}

/// One call with a cursor: the turn in its transactions; and an error makes it of no use.
class Walk {
  public:
    explicit Walk(vitrine_cursor* cursor)
        : cursor_(need(cursor, "cursor")), first_(state(0)), second_(state(1)) {
        if (cursor_.broken)
            throw UsageError("the cursor met an error before, and is of no use since");
        cursor_.broken = true;
    }
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;

    /// The next entry; null at the end.
    btree::Cursor* next() {
        btree::Cursor* at = entry();
        if (at != nullptr && cursor_.begun) {
            step();
            at = entry();
        }
        cursor_.begun = true;
        return at;
    }
    /// Went well.
    vitrine_status ended(vitrine_status status) {
        cursor_.broken = false;
        return status;
    }

  private:
    TransactionState* state(std::size_t i) {
        return i < cursor_.transactions.size() ? cursor_.transactions[i].get() : nullptr;
    }
    btree::Cursor* entry() {
        if (cursor_.merged) return cursor_.merged->shown();
        return cursor_.single->valid() ? cursor_.single.get() : nullptr;
    }
    void step() {
        if (cursor_.merged)
            cursor_.merged->step();
        else
            cursor_.single->step();
    }

    vitrine_cursor& cursor_;
    Inside first_;
    Inside second_;
};

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

vitrine_status vitrine_tree_cursor(const vitrine_tree* tree, const vitrine_bounds* bounds,
                                   vitrine_cursor** cursor) {
    return guarded([&] {
        const Inside inside(transaction_of(tree));
        need(cursor, "cursor");
        *cursor = walk(*tree, bounds);
    });
}

vitrine_status vitrine_tree_merge(const vitrine_tree* a, const vitrine_tree* b, vitrine_merge merge,
                                  vitrine_cursor** cursor) {
    return guarded([&] {
        const Inside in_a(need(a, "a").transaction.get());
        const Inside in_b(need(b, "b").transaction.get());
        need(cursor, "cursor");
        *cursor = walk_both(*a, *b, merge);
    });
}

void vitrine_cursor_free(vitrine_cursor* cursor) { delete cursor; }

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
