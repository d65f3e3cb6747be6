#include "bindings/python/src/key_codec.hpp"

#include <algorithm>
#include <cstring>

#include <vitrine/detail/key_codec.hpp>

#include "bindings/python/src/numbers.hpp"
#include "bindings/python/src/text.hpp"

namespace vitrine::python {
namespace {

constexpr std::string_view kNames[] = {"i8",  "i16", "i32",    "i64",    "u8",   "u16",
                                       "u32", "u64", "double", "string", "bytes"};

template <class T>
struct Tag {
    using Type = T;
};

// Calls use(Tag<T>) with the number that a kind is.
template <class Use>
auto with_number(PlainKind kind, Use use) {
    switch (kind) {
        case PlainKind::i8: return use(Tag<std::int8_t>{});
        case PlainKind::i16: return use(Tag<std::int16_t>{});
        case PlainKind::i32: return use(Tag<std::int32_t>{});
        case PlainKind::i64: return use(Tag<std::int64_t>{});
        case PlainKind::u8: return use(Tag<std::uint8_t>{});
        case PlainKind::u16: return use(Tag<std::uint16_t>{});
        case PlainKind::u32: return use(Tag<std::uint32_t>{});
        case PlainKind::u64: return use(Tag<std::uint64_t>{});
        default: return use(Tag<double>{});
    }
}

template <class T>
T number_in(PyObject* object) {
    if constexpr (std::same_as<T, double>)
        return to_real(object);
    else
        return to_integer<T>(object);
}

template <class T>
PyObject* new_number(T number) {
    if constexpr (std::same_as<T, double>)
        return PyFloat_FromDouble(number);
    else if constexpr (std::is_signed_v<T>)
        return PyLong_FromLongLong(number);
    else
        return PyLong_FromUnsignedLongLong(number);
}

BytesView text_bytes(PyObject* key, py::object& keep) {
    if (!PyUnicode_Check(key))
        throw TypeError(fmt::format("expected a str, not {}", type_name_of(key)));
    return detail::bytes_of(text_in(key, keep));
}

BytesView plain_bytes(PyObject* key, py::object& keep) {
    if (!PyBytes_Check(key)) {
        if (PyUnicode_Check(key) || PyObject_CheckBuffer(key) == 0)
            throw TypeError(fmt::format("expected bytes, not {}", type_name_of(key)));
        keep = take(PyBytes_FromObject(key));
        key = keep.ptr();
    }
    return {reinterpret_cast<const std::byte*>(PyBytes_AS_STRING(key)),
            static_cast<std::size_t>(PyBytes_GET_SIZE(key))};
}

PyObject* new_plain(PlainKind kind, BytesView bytes) {
    if (kind == PlainKind::text) return new_text(detail::text_of(bytes));
    return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(bytes.data()),
                                     static_cast<Py_ssize_t>(bytes.size()));
}

[[noreturn]] void refuse_kind(std::string_view kind) {
    throw UsageError(fmt::format("keys of kind \"{}\" are not known", kind));
}

}  // namespace

std::optional<PlainKind> plain_kind(std::string_view name) {
    const auto* found = std::find(std::begin(kNames), std::end(kNames), name);
    if (found == std::end(kNames)) return std::nullopt;
    return static_cast<PlainKind>(found - std::begin(kNames));
}

KeyCodec::KeyCodec(std::string_view kind) : tuple_(kind.size() > 2 && kind.front() == '(') {
    std::string_view rest = kind;
    if (tuple_) {
        if (rest.back() != ')') refuse_kind(kind);
        rest = rest.substr(1, rest.size() - 2);
    }
    for (;;) {
        const std::size_t end = tuple_ ? std::min(rest.find(','), rest.size()) : rest.size();
        const auto field = plain_kind(rest.substr(0, end));
        if (!field) refuse_kind(kind);
        fields_.push_back(*field);
        if (end == rest.size()) break;
        rest.remove_prefix(end + 1);
    }
    if (tuple_) return;
    plain_ = fields_.front();
    fixed_ = plain_ <= PlainKind::real;
}

btree::ByteSpan KeyCodec::encode_any(PyObject* key, Scratch& scratch) const {
    if (tuple_) return encode_fields(key, false, scratch);
    if (!fixed()) {
        const BytesView bytes = plain() == PlainKind::text ? text_bytes(key, scratch.keep)
                                                           : plain_bytes(key, scratch.keep);
        if (bytes.size() > detail::kMaxKeyBytes) detail::throw_key_too_long(bytes);
        return bytes;
    }
    with_number(plain(), [&]<class T>(Tag<T>) {
        const std::uint64_t order = detail::KeyCodec<T>::order(number_in<T>(key));
        const std::uint64_t big_endian = __builtin_bswap64(order);
        std::memcpy(scratch.head.data(), &big_endian, sizeof big_endian);
    });
    return scratch.head;
}

btree::ByteSpan KeyCodec::encode_prefix(PyObject* start, Scratch& scratch) const {
    if (fixed()) throw UsageError("keys that are numbers have no prefix");
    if (!tuple_) return encode(start, scratch);
    if (PyTuple_Check(start)) return encode_fields(start, true, scratch);
    write_field(fields_.front(), start, scratch);
    return scratch.fields.written();
}

btree::ByteSpan KeyCodec::encode_fields(PyObject* fields, bool leading, Scratch& scratch) const {
    if (!PyTuple_Check(fields))
        throw TypeError(fmt::format("expected a tuple, not {}", type_name_of(fields)));
    const auto count = static_cast<std::size_t>(PyTuple_GET_SIZE(fields));
    if (count > fields_.size() || (!leading && count != fields_.size()))
        throw TypeError(
            fmt::format("a key of this tree has {} fields, not {}", fields_.size(), count));
    for (std::size_t i = 0; i < count; ++i)
        write_field(fields_[i], PyTuple_GET_ITEM(fields, static_cast<Py_ssize_t>(i)), scratch);
    return scratch.fields.written();
}

void KeyCodec::write_field(PlainKind kind, PyObject* field, Scratch& scratch) const {
    if (kind == PlainKind::text) return scratch.fields.put_text(text_bytes(field, scratch.keep));
    if (kind == PlainKind::bytes) return scratch.fields.put_text(plain_bytes(field, scratch.keep));
    with_number(kind, [&]<class T>(Tag<T>) {
        detail::KeyCodec<T>::write(number_in<T>(field), scratch.fields);
    });
}

PyObject* KeyCodec::decode_head(std::uint64_t head) const {
    return with_number(
        plain(), [&]<class T>(Tag<T>) { return new_number<T>(detail::KeyCodec<T>::view(head)); });
}

PyObject* KeyCodec::decode(btree::ByteSpan key) const {
    if (!tuple_) return new_plain(plain(), key);
    std::string unescaped;
    detail::FieldReader in(key, unescaped);
    py::object tuple = take(PyTuple_New(static_cast<Py_ssize_t>(fields_.size())));
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        PyObject* const field = fields_[i] >= PlainKind::text
                                    ? new_plain(fields_[i], in.take_text())
                                    : with_number(fields_[i], [&]<class T>(Tag<T>) {
                                          return new_number<T>(detail::KeyCodec<T>::take(in));
                                      });
        if (field == nullptr) return nullptr;
        PyTuple_SET_ITEM(tuple.ptr(), static_cast<Py_ssize_t>(i), field);
    }
    in.finish();
    return tuple.release().ptr();
}

PyObject* decode_key(const KeyCodec& codec, const btree::Cursor& cursor) {
    return codec.fixed() ? codec.decode(cursor.head()) : codec.decode(cursor.key());
}

}  // namespace vitrine::python
