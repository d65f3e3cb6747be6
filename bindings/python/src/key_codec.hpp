#pragma once

#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include <vitrine/detail/cursor.hpp>
#include <vitrine/detail/key_fields.hpp>

#include "bindings/python/src/python.hpp"

namespace vitrine::python {

/// What a plain key, a field of a key, or a number as a value is.
enum class PlainKind { i8, i16, i32, i64, u8, u16, u32, u64, real, text, bytes };

/// Nothing for kinds that are not known. "i64" -> PlainKind::i64.
std::optional<PlainKind> plain_kind(std::string_view name);

/// Python's keys as the bytes of a tree and back, by the kind that the tree's header gives: at run
/// time what detail::KeyCodec is at compile time, and the same bytes.
class KeyCodec {
  public:
    /// Throws: UsageError when no such kind is known.
    explicit KeyCodec(std::string_view kind);

    /// Where a key's bytes are while they are used.
    struct Scratch {
        std::array<std::byte, 8> head;
        detail::FieldWriter fields;
        py::object keep;
    };

    [[nodiscard]] bool fixed() const { return fixed_; }
    [[nodiscard]] bool tuple() const { return tuple_; }
    [[nodiscard]] const std::vector<PlainKind>& fields() const { return fields_; }
    /// Requires: not a tuple.
    [[nodiscard]] PlainKind plain() const { return fields_.front(); }

    /// Borrowed from the key or the scratch. Throws: TypeError, UsageError.
    btree::ByteSpan encode(PyObject* key, Scratch& scratch) const {
        // Inline: the kind that most loops are about.
        if (plain_ == PlainKind::i64 && PyLong_CheckExact(key)) {
            int overflow = 0;
            const long long number = PyLong_AsLongLongAndOverflow(key, &overflow);
            if (overflow == 0) {
                const std::uint64_t head =
                    __builtin_bswap64(static_cast<std::uint64_t>(number) ^ detail::kSignBit);
                std::memcpy(scratch.head.data(), &head, sizeof head);
                return scratch.head;
            }
        }
        return encode_any(key, scratch);
    }
    /// The bytes that all keys with such a beginning share: some text, or leading fields (as a tuple,
    /// or one alone).
    btree::ByteSpan encode_prefix(PyObject* start, Scratch& scratch) const;
    /// A fixed key by its number, any other by its bytes. New references; null: Python's error is set.
    [[nodiscard]] PyObject* decode(std::uint64_t head) const {
        if (plain_ == PlainKind::i64)
            return PyLong_FromLongLong(static_cast<long long>(head ^ detail::kSignBit));
        return decode_head(head);
    }
    [[nodiscard]] PyObject* decode(btree::ByteSpan key) const;

  private:
    btree::ByteSpan encode_any(PyObject* key, Scratch& scratch) const;
    [[nodiscard]] PyObject* decode_head(std::uint64_t head) const;
    btree::ByteSpan encode_fields(PyObject* fields, bool leading, Scratch& scratch) const;
    void write_field(PlainKind kind, PyObject* field, Scratch& scratch) const;

    std::vector<PlainKind> fields_;
    bool tuple_ = false;
    bool fixed_ = false;
    PlainKind plain_ = PlainKind::bytes;  // bytes for tuples, too
};

/// A key of a tree that a cursor stands on.
PyObject* decode_key(const KeyCodec& codec, const btree::Cursor& cursor);

}  // namespace vitrine::python
