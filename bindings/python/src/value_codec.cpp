#include "bindings/python/src/value_codec.hpp"

#include <bit>
#include <cstring>

#include <capnp/dynamic.h>

#include <vitrine/detail/argument.hpp>
#include <vitrine/detail/message.hpp>

#include "bindings/python/src/numbers.hpp"
#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/struct_view.hpp"
#include "bindings/python/src/text.hpp"
#include "bindings/python/src/write_value.hpp"
#include "btree/value_kind.hpp"

namespace vitrine::python {
namespace {

std::uint64_t integer_word(PlainKind kind, PyObject* value) {
    switch (kind) {
        case PlainKind::i8: return detail::to_word(to_integer<std::int8_t>(value));
        case PlainKind::i16: return detail::to_word(to_integer<std::int16_t>(value));
        case PlainKind::i32: return detail::to_word(to_integer<std::int32_t>(value));
        case PlainKind::i64: return detail::to_word(to_integer<std::int64_t>(value));
        case PlainKind::u8: return to_integer<std::uint8_t>(value);
        case PlainKind::u16: return to_integer<std::uint16_t>(value);
        case PlainKind::u32: return to_integer<std::uint32_t>(value);
        case PlainKind::u64: return to_integer<std::uint64_t>(value);
        default: return std::bit_cast<std::uint64_t>(to_real(value));
    }
}

btree::ValueForm form_of(ValueCodec::What what) {
    using What = ValueCodec::What;
    switch (what) {
        case What::unit: return btree::ValueForm::none;
        case What::text:
        case What::bytes:
        case What::structure: return btree::ValueForm::bytes;
        default: return btree::ValueForm::word;
    }
}

bool is_unsigned(PlainKind kind) { return kind >= PlainKind::u8 && kind <= PlainKind::u64; }

}  // namespace

ValueCodec::ValueCodec(const std::string& kind) {
    const auto plain = plain_kind(kind);
    const btree::ValueKind refers = btree::value_kind_of(kind);
    type_ = refers.type;
    if (plain == PlainKind::text) {
        what_ = What::text;
    } else if (plain == PlainKind::bytes) {
        what_ = What::bytes;
    } else if (plain) {
        what_ = What::number;
        number_ = *plain;
    } else if (kind == "bool") {
        what_ = What::boolean;
    } else if (refers.what == btree::ValueKind::reference) {
        what_ = What::ref;
    } else if (refers.what == btree::ValueKind::tree) {
        what_ = What::tree;
        tree_ = kind.substr(5);
    } else if (refers.what == btree::ValueKind::structure) {
        what_ = What::structure;
    } else if (kind != "unit") {
        throw UsageError(fmt::format("values of kind \"{}\" are not known", kind));
    }
    form_ = form_of(what_);
}

std::uint64_t ValueCodec::word_of(PyObject* value) const {
    if (what_ == What::number) return integer_word(number_, value);
    if (what_ == What::boolean) {
        if (!PyBool_Check(value))
            throw TypeError(fmt::format("expected a bool, not {}", type_name_of(value)));
        return value == Py_True ? 1 : 0;
    }
    if (const auto* object = find_in_box<StructView>(value); object != nullptr && object->id) {
        if (what_ == What::ref && unbox<StructType>(object->type.ptr()).id == type_)
            return object->id.value;
    }
    const auto* ref = find_in_box<RefValue>(value);
    const bool tree = find_in_box<TreeRefValue>(value) != nullptr;
    if (what_ == What::tree ? ref != nullptr : tree)
        throw TypeError(fmt::format("expected a {}, not {}",
                                    what_ == What::tree ? "TreeRef" : "Ref", type_name_of(value)));
    if (ref != nullptr && ref->type != 0 && type_ != 0 && ref->type != type_)
        throw TypeError(
            fmt::format("expected a Ref to {}, not to {}", type_name(type_), type_name(ref->type)));
    return id_of(value, "the value").value;
}

btree::ByteSpan ValueCodec::encode(PyObject* value, Scratch& scratch) const {
    switch (what_) {
        case What::unit:
            if (value != Py_None)
                throw TypeError(
                    fmt::format("a set has no values: expected None, not {}", type_name_of(value)));
            return {};
        case What::text:
            if (!PyUnicode_Check(value))
                throw TypeError(fmt::format("expected a str, not {}", type_name_of(value)));
            return detail::bytes_of(text_in(value, scratch.keep));
        case What::bytes: {
            if (PyUnicode_Check(value) || PyObject_CheckBuffer(value) == 0)
                throw TypeError(fmt::format("expected bytes, not {}", type_name_of(value)));
            scratch.keep = take(PyBytes_FromObject(value));
            return {reinterpret_cast<const std::byte*>(PyBytes_AS_STRING(scratch.keep.ptr())),
                    static_cast<std::size_t>(PyBytes_GET_SIZE(scratch.keep.ptr()))};
        }
        case What::structure: {
            const auto& type = unbox<StructType>(struct_.ptr());
            detail::BuildSpace space;
            const auto record = space.message().initRoot<capnp::DynamicStruct>(type.schema);
            ValueWriter(type).fill(record, type, value);
            return scratch.flat.flatten(record.asReader());
        }
        default: break;
    }
    scratch.word = word_of(value);
    return std::as_bytes(std::span<const std::uint64_t, 1>(&scratch.word, 1));
}

std::uint64_t ValueCodec::encode_delta(PyObject* delta) const {
    if (what_ != What::number) throw UsageError("only numbers can be added to");
    if (number_ == PlainKind::real) return std::bit_cast<std::uint64_t>(to_real(delta));
    // Unsigned values take negative deltas too, and 64 bits of either sign.
    if (PyLong_Check(delta) && is_unsigned(number_)) {
        int overflow = 0;
        if (PyLong_AsLongLongAndOverflow(delta, &overflow); overflow > 0)
            return to_integer<std::uint64_t>(delta);
    }
    return detail::to_word(to_integer<std::int64_t>(delta));
}

PyObject* ValueCodec::decode_other_word(std::uint64_t word) const {
    switch (what_) {
        case What::boolean: return PyBool_FromLong(word != 0 ? 1 : 0);
        case What::ref:
            if (word == 0) break;
            return make_ref(core::ObjectId{word}, type_).release().ptr();
        case What::tree:
            if (word == 0) break;
            return make_box<TreeRefValue>(core::ObjectId{word}, tree_).release().ptr();
        default: break;
    }
    Py_RETURN_NONE;
}

PyObject* ValueCodec::decode_bytes(btree::ByteSpan bytes) const {
    if (what_ == What::text) return new_text(detail::text_of(bytes));
    return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(bytes.data()),
                                     static_cast<Py_ssize_t>(bytes.size()));
}

py::object ValueCodec::decode_struct(btree::ByteSpan bytes, btree::ValueHold hold) const {
    return make_object(
        struct_,
        {reinterpret_cast<const core::Word*>(bytes.data()), bytes.size() / sizeof(core::Word)},
        std::move(hold));
}

py::object ValueCodec::decode(const btree::OwnedValue& value) const {
    switch (form()) {
        case btree::ValueForm::none: return py::none();
        case btree::ValueForm::word: {
            std::uint64_t word = 0;
            std::memcpy(&word, value.bytes.data(), sizeof word);
            return take(decode_word(word));
        }
        default: break;
    }
    if (what_ == What::structure) return decode_struct(value.bytes, value.hold);
    return take(decode_bytes(value.bytes));
}

btree::TreeKind make_kind(const std::string& key, const std::string& value) {
    return {.key = key,
            .value = value,
            .fixed_keys = KeyCodec(key).fixed(),
            .form = ValueCodec(value).form()};
}

}  // namespace vitrine::python
