#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "bindings/python/src/struct_view.hpp"

namespace vitrine::python {
namespace {

using Kind = capnp::schema::Type::Which;

py::object element(const ListView& view, std::size_t index) {
    return to_python(view.list[static_cast<unsigned>(index)],
                     view.list.getSchema().getElementType(), view.owner, view.element);
}

py::object item(PyObject* self, PyObject* key) {
    const auto& view = unbox<ListView>(self);
    const auto size = static_cast<Py_ssize_t>(view.list.size());
    if (PySlice_Check(key)) {
        Py_ssize_t begin = 0, end = 0, step = 0;
        if (PySlice_Unpack(key, &begin, &end, &step) < 0) throw py::error_already_set();
        const Py_ssize_t count = PySlice_AdjustIndices(size, &begin, &end, step);
        py::list part;
        for (Py_ssize_t i = 0; i < count; ++i)
            part.append(element(view, static_cast<std::size_t>(begin + i * step)));
        return part;
    }
    Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);
    if (index == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
    if (index < 0) index += size;
    if (index < 0 || index >= size) throw py::index_error("a list has no such index");
    return element(view, static_cast<std::size_t>(index));
}

// What sequences do one by one, without a negative index: iteration comes here.
PyObject* sequence_item(PyObject* self, Py_ssize_t index) {
    const auto& view = unbox<ListView>(self);
    if (index < 0 || index >= static_cast<Py_ssize_t>(view.list.size())) {
        PyErr_SetString(PyExc_IndexError, "a list has no such index");
        return nullptr;
    }
    return guarded([&] { return element(view, static_cast<std::size_t>(index)); });
}

PyObject* compare(PyObject* a, PyObject* b, int operation) {
    return guarded([&]() -> py::object {
        const bool comparable = find_in_box<ListView>(b) != nullptr || PySequence_Check(b) != 0;
        if (!comparable || PyUnicode_Check(b) || (operation != Py_EQ && operation != Py_NE))
            return borrow(Py_NotImplemented);
        const bool same = py::list(borrow(a)).equal(py::list(borrow(b)));
        return py::bool_(same == (operation == Py_EQ));
    });
}

struct Format {
    const char* code;
    unsigned bytes;
    capnp::ElementSize size;
};

// How a buffer names the elements; bits lie eight to a byte, so Bool has none.
const Format* format_of(Kind kind) {
    using Size = capnp::ElementSize;
    static constexpr Format kFormats[] = {{"b", 1, Size::BYTE},       {"h", 2, Size::TWO_BYTES},
                                          {"i", 4, Size::FOUR_BYTES}, {"q", 8, Size::EIGHT_BYTES},
                                          {"B", 1, Size::BYTE},       {"H", 2, Size::TWO_BYTES},
                                          {"I", 4, Size::FOUR_BYTES}, {"Q", 8, Size::EIGHT_BYTES},
                                          {"f", 4, Size::FOUR_BYTES}, {"d", 8, Size::EIGHT_BYTES}};
    if (kind < Kind::INT8 || kind > Kind::FLOAT64) return nullptr;
    return &kFormats[static_cast<unsigned>(kind) - static_cast<unsigned>(Kind::INT8)];
}

int get_buffer(PyObject* self, Py_buffer* buffer, int flags) {
    const auto& view = unbox<ListView>(self);
    const Format* format = format_of(view.list.getSchema().getElementType().which());
    const capnp::AnyList::Reader list = view.list;
    const bool packed =
        format != nullptr && (list.size() == 0 || list.getElementSize() == format->size);
    buffer->obj = nullptr;
    if (!packed || (flags & PyBUF_WRITABLE) != 0) {
        PyErr_SetString(PyExc_BufferError, packed ? "objects of a snapshot cannot be written"
                                                  : "only lists of numbers are buffers");
        return -1;
    }
    static Py_ssize_t nothing = 0;
    const auto bytes = list.size() == 0 ? kj::ArrayPtr<const kj::byte>() : list.getRawBytes();
    void* begin =
        bytes.size() == 0 ? static_cast<void*>(&nothing) : const_cast<kj::byte*>(bytes.begin());
    const auto size = static_cast<Py_ssize_t>(list.size()) * format->bytes;
    if (PyBuffer_FillInfo(buffer, self, begin, size, 1, flags) < 0) return -1;
    buffer->itemsize = format->bytes;
    auto* const shape = new (std::nothrow) Py_ssize_t(list.size());
    if (shape == nullptr) {
        PyBuffer_Release(buffer);
        PyErr_NoMemory();
        return -1;
    }
    buffer->internal = shape;
    if ((flags & PyBUF_FORMAT) != 0) buffer->format = const_cast<char*>(format->code);
    if ((flags & PyBUF_ND) != 0) buffer->shape = shape;
    if ((flags & PyBUF_STRIDES) == PyBUF_STRIDES) buffer->strides = &buffer->itemsize;
    return 0;
}

void release_buffer(PyObject*, Py_buffer* buffer) {
    delete static_cast<Py_ssize_t*>(buffer->internal);
}

py::object repr(PyObject* self) {
    constexpr unsigned kShown = 6;
    const auto& view = unbox<ListView>(self);
    std::string text = "<list of " + std::to_string(view.list.size()) + ": ";
    for (unsigned i = 0; i < view.list.size() && i < kShown; ++i)
        text += (i == 0 ? "" : ", ") + py::cast<std::string>(py::repr(element(view, i)));
    return py::str(text + (view.list.size() > kShown ? ", …>" : ">"));
}

}  // namespace

void add_list_view(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<ListView>),
        slot(
            Py_tp_repr, +[](PyObject* self) { return guarded([&] { return repr(self); }); }),
        slot(
            Py_sq_length,
            +[](PyObject* self) {
                return static_cast<Py_ssize_t>(unbox<ListView>(self).list.size());
            }),
        slot(Py_sq_item, sequence_item),
        slot(
            Py_mp_subscript,
            +[](PyObject* self, PyObject* key) {
                return guarded([&] { return item(self, key); });
            }),
        slot(
            Py_mp_length,
            +[](PyObject* self) {
                return static_cast<Py_ssize_t>(unbox<ListView>(self).list.size());
            }),
        slot(Py_tp_richcompare, compare),
        slot(Py_tp_hash, PyObject_HashNotImplemented),
        slot(Py_bf_getbuffer, get_buffer),
        slot(Py_bf_releasebuffer, release_buffer),
        {Py_tp_doc, const_cast<char*>(
                        "A list in an object: an immutable sequence. A list of numbers is a buffer "
                        "too: numpy.asarray(object.prices) copies nothing.")},
        {},
    };
    box_type<ListView> = add_box_type<ListView>(module, "vitrine.List", slots);
}

}  // namespace vitrine::python
