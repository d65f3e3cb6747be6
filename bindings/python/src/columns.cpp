#include <fmt/format.h>

#include "bindings/python/src/column_sources.hpp"
#include "bindings/python/src/gil.hpp"
#include "btree/clamp.hpp"
#include "btree/leaf_walk.hpp"

namespace vitrine::python {
namespace {

using Sources = std::vector<std::unique_ptr<ColumnSource>>;

/// `vitrine.Column`: a buffer of numbers, its own.
struct ColumnBox {
    Column column;
    Py_ssize_t shape;
};

void scan(const TreeBox& tree, const Sources& sources) {
    btree::Bounds bounds = tree.bounds;
    bounds.reversed = false;
    if (tree.whole())
        for (const auto& source : sources) source->column().reserve(tree.state->count);
    btree::LeafWalk walk(tree.base(), *tree.state);
    bool more = bounds.low ? walk.seek(*bounds.low) : walk.seek_first();
    while (more) {
        const btree::Clamped part = btree::clamp(walk.leaf(), bounds);
        if (part.begin < part.end)
            for (const auto& source : sources) source->take(walk.leaf(), part.begin, part.end);
        more = !part.last && walk.next();
    }
}

py::object boxed(Column column) {
    const auto size = static_cast<Py_ssize_t>(column.size());
    return make_box<ColumnBox>(std::move(column), size);
}

void require_snapshot(const TreeBox& tree) {
    tree.require();
    if (!tree.snapshot)
        throw UsageError("columns are read from a snapshot: take the tree of tx.base");
}

// Of each name a column: None stands for the value itself. In the order of keys, whichever way the
// range goes.
py::object columns(PyObject* self, PyObject* with_keys, PyObject* names) {
    const auto& tree = unbox<TreeBox>(self);
    require_snapshot(tree);
    Sources sources;
    if (with_keys == Py_True) sources.push_back(key_source(tree));
    for (const py::handle name : py::tuple(borrow(names))) {
        if (name.is_none()) {
            sources.push_back(value_source(tree));
        } else if (PyUnicode_Check(name.ptr())) {
            sources.push_back(field_source(tree, py::cast<std::string>(name)));
        } else {
            throw TypeError("the name of a field is a str");
        }
    }
    without_gil([&](NoGil&) { scan(tree, sources); });
    py::list result;
    for (const auto& source : sources) result.append(boxed(std::move(source->column())));
    return result;
}

void push_field(Column& column, PlainKind kind, detail::FieldReader& in) {
    const unsigned width = format_of(kind).width;
    std::uint64_t bits = in.take_number(width);
    if (kind <= PlainKind::i64) bits ^= std::uint64_t{1} << (8 * width - 1);
    if (kind == PlainKind::real)
        column.push(detail::unorder_double(bits));
    else
        std::memcpy(column.extend(1), &bits, width);
}

// Of keys of several fields: a column for each that is a number, None for the others.
py::object key_columns(PyObject* self) {
    const auto& tree = unbox<TreeBox>(self);
    require_snapshot(tree);
    const std::vector<PlainKind>& fields = tree.codec->key.fields();
    if (!tree.codec->key.tuple()) throw TypeError("the keys are no tuples");
    std::vector<std::optional<Column>> found(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (fields[i] <= PlainKind::real)
            found[i].emplace(format_of(fields[i]).code, format_of(fields[i]).width);
    btree::Bounds bounds = tree.bounds;
    bounds.reversed = false;
    without_gil([&](NoGil&) {
        std::string unescaped;
        for (const auto cursor = tree.reader->cursor(bounds); cursor->valid(); cursor->step()) {
            detail::FieldReader in(cursor->key(), unescaped);
            for (std::size_t i = 0; i < fields.size(); ++i)
                found[i] ? push_field(*found[i], fields[i], in) : static_cast<void>(in.take_text());
        }
    });
    py::list result;
    for (auto& column : found)
        result.append(column ? boxed(*std::move(column)) : py::object(py::none()));
    return result;
}

int get_buffer(PyObject* self, Py_buffer* buffer, int flags) {
    auto& box = unbox<ColumnBox>(self);
    static std::byte nothing{};
    void* const begin = box.shape == 0 ? &nothing : box.column.data();
    const auto size = box.shape * static_cast<Py_ssize_t>(box.column.width());
    if (PyBuffer_FillInfo(buffer, self, begin, size, 0, flags) < 0) return -1;
    buffer->itemsize = box.column.width();
    if ((flags & PyBUF_FORMAT) != 0) buffer->format = const_cast<char*>(box.column.format());
    if ((flags & PyBUF_ND) != 0) buffer->shape = &box.shape;
    if ((flags & PyBUF_STRIDES) == PyBUF_STRIDES) buffer->strides = &buffer->itemsize;
    return 0;
}

PyObject* call_columns(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
    return guarded([&] {
        if (count != 2) throw TypeError("_columns(keys, names)");
        return columns(self, arguments[0], arguments[1]);
    });
}

PyMethodDef tree_methods[] = {
    {"_columns", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(call_columns)),
     METH_FASTCALL, nullptr},
    {"_key_columns",
     [](PyObject* self, PyObject*) { return guarded([&] { return key_columns(self); }); },
     METH_NOARGS, nullptr},
};

}  // namespace

void add_column(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<ColumnBox>),
        slot(
            Py_sq_length, +[](PyObject* self) { return unbox<ColumnBox>(self).shape; }),
        slot(Py_bf_getbuffer, get_buffer),
        {Py_tp_doc, const_cast<char*>("Numbers of a tree as a buffer: memoryview(column), "
                                      "numpy.asarray(column).")},
        {},
    };
    box_type<ColumnBox> = add_box_type<ColumnBox>(module, "vitrine.Column", slots);
    add_methods(box_type<TreeBox>, tree_methods);
}

}  // namespace vitrine::python
