#pragma once

#include <bit>
#include <string>

#include <vitrine/detail/flat_words.hpp>
#include <vitrine/detail/tree_reader.hpp>

#include "bindings/python/src/key_codec.hpp"
#include "bindings/python/src/states.hpp"

namespace vitrine::python {

/// Python's values as the bytes of a tree and back, by the kind that the tree's header gives.
class ValueCodec {
  public:
    enum class What { number, boolean, text, bytes, unit, ref, tree, structure };

    /// Throws: UsageError when no such kind is known.
    explicit ValueCodec(const std::string& kind);

    struct Scratch {
        std::uint64_t word;
        detail::FlatWords flat;
        py::object keep;
    };

    [[nodiscard]] What what() const { return what_; }
    [[nodiscard]] PlainKind number() const { return number_; }
    /// Of a struct or a Ref.
    [[nodiscard]] core::TypeId type() const { return type_; }
    [[nodiscard]] btree::ValueForm form() const { return form_; }
    /// Structs only: what they are read and written with.
    void set_struct(py::object type) { struct_ = std::move(type); }
    [[nodiscard]] const py::object& struct_type() const { return struct_; }

    /// Borrowed from the value or the scratch. Throws: TypeError, UsageError.
    btree::ByteSpan encode(PyObject* value, Scratch& scratch) const;
    /// An amount to add. Throws: TypeError, UsageError unless values are numbers.
    [[nodiscard]] std::uint64_t encode_delta(PyObject* delta) const;

    /// New references; null: Python's error is set. Numbers, booleans and references by their word;
    /// texts and bytes by their bytes; structs with who holds them.
    [[nodiscard]] PyObject* decode_word(std::uint64_t word) const {
        if (what_ != What::number) return decode_other_word(word);
        if (number_ <= PlainKind::i64) return PyLong_FromLongLong(static_cast<long long>(word));
        if (number_ == PlainKind::real) return PyFloat_FromDouble(std::bit_cast<double>(word));
        return PyLong_FromUnsignedLongLong(word);
    }
    [[nodiscard]] PyObject* decode_bytes(btree::ByteSpan bytes) const;
    [[nodiscard]] py::object decode_struct(btree::ByteSpan bytes, btree::ValueHold hold) const;
    /// Any of them.
    [[nodiscard]] py::object decode(const btree::OwnedValue& value) const;

  private:
    [[nodiscard]] std::uint64_t word_of(PyObject* value) const;
    [[nodiscard]] PyObject* decode_other_word(std::uint64_t word) const;

    What what_ = What::unit;
    PlainKind number_{};
    core::TypeId type_ = 0;
    btree::ValueForm form_ = btree::ValueForm::none;
    std::string tree_;  // "string -> i64"
    py::object struct_;
};

/// Both of a tree.
struct TreeCodec {
    explicit TreeCodec(const btree::TreeKind& of) : kind(of), key(of.key), value(of.value) {}
    btree::TreeKind kind;
    KeyCodec key;
    ValueCodec value;
};

/// A kind that a program names. Throws: UsageError for one that is not known.
btree::TreeKind make_kind(const std::string& key, const std::string& value);

}  // namespace vitrine::python
