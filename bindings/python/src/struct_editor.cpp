#include "bindings/python/src/struct_editor.hpp"

#include <fmt/format.h>

#include <vitrine/detail/flat_words.hpp>
#include <vitrine/error.hpp>

#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/write_value.hpp"

namespace vitrine::python {
namespace {

const StructType& type_of(const StructEditor& editor) {
    return unbox<StructType>(editor.type.ptr());
}

StructEditor& checked(PyObject* self) {
    auto& editor = unbox<StructEditor>(self);
    editor.guard.require();
    return editor;
}

StructView as_view(const StructEditor& editor) {
    StructView view;
    view.type = editor.type;
    view.reader = editor.builder.asReader();
    return view;
}

// Structs and lists in it can be edited as well; what does not hold anything is a value.
py::object read(PyObject* self, const Field& field) {
    StructEditor& editor = checked(self);
    const capnp::Type type = field.schema.getType();
    if (!type.isList() && (!type.isStruct() || field.reference))
        return read_field(self, as_view(editor), field);
    if (field.of_union) {
        bool active = false;
        KJ_IF_MAYBE (which, editor.builder.which()) active = *which == field.schema;
        if (!active) return read_field(self, as_view(editor), field);  // says which one is
    }
    if (type.isList())
        return make_box<ListEditor>(field.nested, editor.guard,
                                    editor.builder.get(field.schema).as<capnp::DynamicList>());
    return make_box<StructEditor>(field.nested, editor.guard,
                                  editor.builder.get(field.schema).as<capnp::DynamicStruct>());
}

int write(PyObject* self, const Field& field, PyObject* value) {
    StructEditor& editor = checked(self);
    const TransactionState::InUse in_use(*editor.guard.transaction);
    if (value == nullptr) {
        editor.builder.clear(field.schema);
    } else {
        ValueWriter(type_of(editor)).replace(editor.builder, field, value);
    }
    return 0;
}

py::object attribute(PyObject* self, PyObject* name) {
    const auto& editor = unbox<StructEditor>(self);
    if (const Field* field = type_of(editor).find(name)) return read(self, *field);
    return take(PyObject_GenericGetAttr(self, name));
}

int set_attribute(PyObject* self, PyObject* name, PyObject* value) {
    return guarded(-1, [&] {
        const StructType& type = type_of(unbox<StructEditor>(self));
        if (const Field* field = type.find(name)) return write(self, *field, value);
        PyErr_Format(PyExc_AttributeError, "%s has no field '%U'", type.name.c_str(), name);
        throw py::error_already_set();
    });
}

int set_item(PyObject* self, PyObject* name, PyObject* value) {
    return guarded(
        -1, [&] { return write(self, type_of(unbox<StructEditor>(self)).field(name), value); });
}

py::object snapshot_of(PyObject* self) {
    const StructEditor& editor = checked(self);
    detail::FlatWords flat;
    const BytesView bytes = flat.flatten(editor.builder.asReader());
    auto words = std::make_shared<std::vector<core::Word>>(bytes.size() / sizeof(core::Word));
    std::memcpy(words->data(), bytes.data(), bytes.size());
    const core::Words view = *words;
    return make_object(editor.type, view, {{}, std::move(words)});
}

py::object repr(PyObject* self) {
    const auto text = py::cast<std::string>(py::repr(snapshot_of(self)));
    return py::str("<editor of " + text.substr(1));
}

py::object to_dict_of(PyObject* self) { return to_dict(snapshot_of(self).ptr()); }
py::object which_of(PyObject* self) { return active_member(as_view(checked(self))); }
py::object type_object(PyObject* self) { return unbox<StructEditor>(self).type; }
py::object ref_of(PyObject* self) {
    const auto& editor = unbox<StructEditor>(self);
    return make_ref(editor.guard.id, type_of(editor).id);
}

template <py::object (*kFunction)(PyObject*)>
PyObject* getter(PyObject* self, void*) {
    return guarded([&] { return kFunction(self); });
}

PyGetSetDef attributes[] = {
    {"_ref", getter<ref_of>, nullptr, "The reference to the object that this is, or is part of.",
     nullptr},
    {"_which", getter<which_of>, nullptr, "The name of the union's active member.", nullptr},
    {"_type", getter<type_object>, nullptr, "Its StructType.", nullptr},
    {},
};
PyMethodDef methods[] = {
    {"_asdict", [](PyObject* self, PyObject*) { return guarded([&] { return to_dict_of(self); }); },
     METH_NOARGS, "All that it says now as dicts, lists, numbers and texts."},
    {"_copy", [](PyObject* self, PyObject*) { return guarded([&] { return snapshot_of(self); }); },
     METH_NOARGS, "An immutable copy of what it says now."},
    {},
};

}  // namespace

void EditGuard::require() const {
    transaction->require();
    if (stamp != transaction->stamp_of(id))
        throw UsageError(fmt::format(
            "object #{} was erased, or the transaction rolled back: edit it anew", id.value));
}

py::object make_editor(const std::shared_ptr<TransactionState>& transaction, core::ObjectId id,
                       capnp::MessageBuilder& message, const py::object& type) {
    return make_box<StructEditor>(
        type, EditGuard(transaction, id),
        message.getRoot<capnp::DynamicStruct>(unbox<StructType>(type.ptr()).schema));
}

py::object copy_of(capnp::MessageBuilder& message, const py::object& type, core::ObjectId id) {
    detail::FlatWords flat;
    const BytesView bytes = flat.flatten(message.getRoot<capnp::AnyStruct>().asReader());
    auto words = std::make_shared<std::vector<core::Word>>(bytes.size() / sizeof(core::Word));
    std::memcpy(words->data(), bytes.data(), bytes.size());
    const core::Words view = *words;
    return make_object(type, view, {{}, std::move(words)}, id);
}

void add_struct_editor(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<StructEditor>),
        slot(
            Py_tp_repr, +[](PyObject* self) { return guarded([&] { return repr(self); }); }),
        slot(
            Py_tp_getattro,
            +[](PyObject* self, PyObject* name) {
                return guarded([&] { return attribute(self, name); });
            }),
        slot(Py_tp_setattro, set_attribute),
        slot(
            Py_mp_subscript,
            +[](PyObject* self, PyObject* name) {
                return guarded(
                    [&] { return read(self, type_of(unbox<StructEditor>(self)).field(name)); });
            }),
        slot(Py_mp_ass_subscript, set_item),
        {Py_tp_getset, attributes},
        {Py_tp_methods, methods},
        {Py_tp_doc, const_cast<char*>("An object in a transaction, or a struct in it: assigning to "
                                      "its attributes edits it. Of use while the transaction "
                                      "runs.")},
        {},
    };
    box_type<StructEditor> = add_box_type<StructEditor>(module, "vitrine.Editor", slots);
    add_list_editor(module);
}

}  // namespace vitrine::python
