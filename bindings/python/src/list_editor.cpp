#include <vitrine/error.hpp>

#include "bindings/python/src/struct_editor.hpp"
#include "bindings/python/src/write_value.hpp"

namespace vitrine::python {
namespace {

ListEditor& checked_list(PyObject* self) {
    auto& editor = unbox<ListEditor>(self);
    editor.guard.require();
    return editor;
}

unsigned place_in(const ListEditor& editor, PyObject* key) {
    const auto size = static_cast<Py_ssize_t>(editor.list.size());
    Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);
    if (index == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
    if (index < 0) index += size;
    if (index < 0 || index >= size) throw py::index_error("a list has no such index");
    return static_cast<unsigned>(index);
}

py::object element(PyObject* self, unsigned index) {
    ListEditor& editor = checked_list(self);
    const capnp::Type type = editor.list.getSchema().getElementType();
    if (type.isList())
        return make_box<ListEditor>(editor.element, editor.guard,
                                    editor.list[index].as<capnp::DynamicList>());
    if (type.isStruct() && !is_reference(type))
        return make_box<StructEditor>(editor.element, editor.guard,
                                      editor.list[index].as<capnp::DynamicStruct>());
    return to_python(editor.list.asReader()[index], type, py::none(), py::object());
}

PyObject* sequence_item(PyObject* self, Py_ssize_t index) {
    return guarded([&] {
        if (index < 0 || index >= static_cast<Py_ssize_t>(checked_list(self).list.size()))
            throw py::index_error("a list has no such index");
        return element(self, static_cast<unsigned>(index));
    });
}

int set_element(PyObject* self, PyObject* key, PyObject* value) {
    return guarded(-1, [&] {
        ListEditor& editor = checked_list(self);
        if (value == nullptr) throw TypeError("a list keeps its length: assign another one");
        const TransactionState::InUse in_use(*editor.guard.transaction);
        const unsigned index = place_in(editor, key);
        StructType unnamed;
        unnamed.name = "list";
        ValueWriter(unnamed).replace(editor.list, index, value);
        return 0;
    });
}

Py_ssize_t length(PyObject* self) {
    return guarded(Py_ssize_t{-1},
                   [&] { return static_cast<Py_ssize_t>(checked_list(self).list.size()); });
}

}  // namespace

void add_list_editor(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<ListEditor>),
        slot(Py_sq_length, length),
        slot(Py_mp_length, length),
        slot(Py_sq_item, sequence_item),
        slot(
            Py_mp_subscript,
            +[](PyObject* self, PyObject* key) {
                return guarded([&] { return element(self, place_in(checked_list(self), key)); });
            }),
        slot(Py_mp_ass_subscript, set_element),
        {Py_tp_doc, const_cast<char*>("A list in an object that is edited. Its length is fixed: to "
                                      "make it longer, assign another list to the field.")},
        {},
    };
    box_type<ListEditor> = add_box_type<ListEditor>(module, "vitrine.ListEditor", slots);
}

}  // namespace vitrine::python
