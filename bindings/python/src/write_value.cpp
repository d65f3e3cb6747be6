#include "bindings/python/src/write_value.hpp"

#include <fmt/format.h>
#include <kj/exception.h>

#include <vitrine/detail/message.hpp>
#include <vitrine/error.hpp>

#include "bindings/python/src/numbers.hpp"
#include "bindings/python/src/plain_value.hpp"
#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/struct_editor.hpp"
#include "bindings/python/src/struct_view.hpp"
#include "bindings/python/src/text.hpp"
#include "core/schema/node.hpp"

namespace vitrine::python {
namespace {

using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;
using Kind = capnp::schema::Type::Which;

// Whatever takes values: a field of a struct, or a place in a list.
class FieldSlot {
  public:
    FieldSlot(DynamicStruct::Builder record, capnp::StructSchema::Field field)
        : record_(record), field_(field) {}
    void set(const DynamicValue::Reader& value) { record_.set(field_, value); }
    DynamicValue::Builder init() { return record_.init(field_); }
    DynamicValue::Builder init(unsigned size) { return record_.init(field_, size); }
    void clear() { record_.clear(field_); }

  private:
    DynamicStruct::Builder record_;
    capnp::StructSchema::Field field_;
};

class ElementSlot {
  public:
    ElementSlot(DynamicList::Builder list, unsigned index) : list_(list), index_(index) {}
    void set(const DynamicValue::Reader& value) { list_.set(index_, value); }
    DynamicValue::Builder init() { return list_[index_]; }  // structs of a list are in place
    DynamicValue::Builder init(unsigned size) { return list_.init(index_, size); }
    void clear() const {}  // a list is made of nulls

  private:
    DynamicList::Builder list_;
    unsigned index_;
};

const StructType* nested_of(const Field& field) {
    return field.nested ? &unbox<StructType>(field.nested.ptr()) : nullptr;
}

bool is_pointer(capnp::Type type) {
    return type.isText() || type.isData() || type.isList() || type.isStruct() ||
           type.isAnyPointer();
}

template <class Slot>
void set_text(py::handle value, Slot& slot) {
    if (!PyUnicode_Check(value.ptr()))
        throw TypeError(fmt::format("expected a str, not {}", type_name_of(value)));
    py::object keep;
    const std::string text(text_in(value.ptr(), keep));  // with the NUL that Cap'n Proto wants
    slot.set(capnp::Text::Reader(text.c_str(), text.size()));
}

template <class Slot>
void set_data(py::handle value, Slot& slot) {
    if (PyObject_CheckBuffer(value.ptr()) == 0)
        throw TypeError(fmt::format("expected bytes, not {}", type_name_of(value)));
    const py::object bytes = take(PyBytes_FromObject(value.ptr()));
    slot.set(capnp::Data::Reader(reinterpret_cast<const kj::byte*>(PyBytes_AS_STRING(bytes.ptr())),
                                 static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))));
}

}  // namespace

// A part of the path, for a scope.
class ValueWriter::Step {
  public:
    Step(ValueWriter& writer, const std::string& name)
        : path_(writer.path_), before_(path_.size()) {
        path_ += name;
    }
    ~Step() { path_.erase(before_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

  private:
    std::string& path_;
    std::size_t before_;
};

void ValueWriter::refuse(const std::string& what) const {
    throw TypeError(fmt::format("{}: {}", path_, what));
}

template <class Slot>
void ValueWriter::value(py::handle value, capnp::Type type, const StructType* nested, Slot slot) {
    if (value.is_none() && is_pointer(type)) return slot.clear();
    if (type.isList()) return list(value, type.asList().getElementType(), nested, slot);
    if (type.isStruct()) return structure(value, type, nested, slot);
    try {
        if (type.isText())
            set_text(value, slot);
        else if (type.isData())
            set_data(value, slot);
        else
            slot.set(plain_value(value, type));
    } catch (const UsageError& error) {
        throw UsageError(fmt::format("{}: {}", path_, error.what()));
    } catch (const TypeError& error) {
        refuse(error.what());
    }
}

template <class Slot>
void ValueWriter::list(py::handle values, capnp::Type element, const StructType* nested,
                       Slot slot) {
    const bool text = PyUnicode_Check(values.ptr()) || PyBytes_Check(values.ptr());
    if (text || PySequence_Check(values.ptr()) == 0 || PyDict_Check(values.ptr()))
        refuse(fmt::format("expected a list, not {}", type_name_of(values)));
    const py::object sequence = take(PySequence_Fast(values.ptr(), "expected a list"));
    const auto size = PySequence_Fast_GET_SIZE(sequence.ptr());
    if (size > (Py_ssize_t{1} << 29) - 1) refuse("a list has too many elements");
    const auto place = slot.init(static_cast<unsigned>(size)).template as<DynamicList>();
    for (unsigned i = 0; i < place.size(); ++i) {
        const Step step(*this, fmt::format("[{}]", i));
        if (PySequence_Fast_GET_SIZE(sequence.ptr()) != size) refuse("the list changed meanwhile");
        value(borrow(PySequence_Fast_GET_ITEM(sequence.ptr(), i)), element, nested,
              ElementSlot(place, i));
    }
}

template <class Slot>
void ValueWriter::structure(py::handle values, capnp::Type type, const StructType* nested,
                            Slot slot) {
    const auto record = slot.init().template as<DynamicStruct>();
    if (is_reference(type)) return reference(values, record);
    fill(record, *nested, values);
}

void ValueWriter::reference(py::handle value, DynamicStruct::Builder record) {
    const auto* object = find_in_box<StructView>(value);
    if (object != nullptr && object->id) {
        record.set("id", object->id.value);
    } else {
        try {
            record.set("id", id_of(value, "this").value);
        } catch (const TypeError& error) {
            refuse(error.what());
        }
    }
}

bool ValueWriter::copy(DynamicStruct::Reader from, const StructType& type,
                       DynamicStruct::Builder record) {
    if (from.getSchema().getProto().getId() != type.id)
        refuse(fmt::format("expected a {}, not a {}", type.name,
                           core::schema::short_name(from.getSchema().getProto())));
    // Into an empty struct; the schemas may be of different releases.
    for (const Field& field : type.fields) {
        KJ_IF_MAYBE (source, from.getSchema().findFieldByName(field.name.c_str())) {
            if (field.of_union) {
                bool active = false;
                KJ_IF_MAYBE (which, from.which()) active = *which == *source;
                if (!active) continue;
            }
            if (field.schema.getProto().isGroup()) {
                copy(from.get(*source).as<DynamicStruct>(), unbox<StructType>(field.nested.ptr()),
                     record.init(field.schema).as<DynamicStruct>());
            } else if (field.of_union || from.has(*source)) {
                record.set(field.schema, from.get(*source));
            }
        }
    }
    return true;
}

void ValueWriter::fill(DynamicStruct::Builder record, const StructType& type, py::handle values) {
    try {
        if (const auto* view = find_in_box<StructView>(values)) {
            copy(view->reader, type, record);
        } else if (auto* editor = find_in_box<StructEditor>(values)) {
            editor->guard.require();
            copy(editor->builder.asReader(), type, record);
        } else if (PyDict_Check(values.ptr())) {
            named(record, type, values);
        } else {
            refuse(fmt::format("expected a dict or a {}, not {}", type.name, type_name_of(values)));
        }
    } catch (const kj::Exception& error) {
        refuse(error.getDescription().cStr());
    }
}

void ValueWriter::named(DynamicStruct::Builder record, const StructType& type, py::handle dict) {
    // Of a copy: what the values run to be read may change the dict.
    const auto own = py::reinterpret_steal<py::dict>(take(PyDict_Copy(dict.ptr())).release());
    for (const auto& [name, member] : own) {
        const Field* found = PyUnicode_Check(name.ptr()) ? type.find(name.ptr()) : nullptr;
        if (found == nullptr)
            throw TypeError(fmt::format("{}: {} has no field {}", path_, type.name,
                                        py::cast<std::string>(py::repr(name))));
        field(record, *found, member);
    }
}

void ValueWriter::field(DynamicStruct::Builder record, const Field& field, py::handle value) {
    const Step step(*this, fmt::format(".{}", field.name));
    this->value(value, field.schema.getType(), nested_of(field), FieldSlot(record, field.schema));
}

void ValueWriter::replace(DynamicStruct::Builder record, const Field& field, py::handle value) {
    const capnp::Type type = field.schema.getType();
    try {
        if (!type.isStruct() && !type.isList()) return this->field(record, field, value);
        // Filled apart, in a struct of the same type of which nothing else is set.
        detail::Message apart;
        auto draft = apart.initRoot<DynamicStruct>(record.getSchema());
        this->field(draft, field, value);
        if (field.schema.getProto().isGroup()) {
            copy(draft.asReader().get(field.schema).as<DynamicStruct>(), *nested_of(field),
                 record.init(field.schema).as<DynamicStruct>());
        } else if (!field.of_union && !draft.has(field.schema)) {
            record.clear(field.schema);
        } else {
            record.set(field.schema, draft.asReader().get(field.schema));
        }
    } catch (const kj::Exception& error) {
        refuse(error.getDescription().cStr());
    }
}

void ValueWriter::replace(DynamicList::Builder list, unsigned index, py::handle value) {
    const Step step(*this, fmt::format("[{}]", index));
    const capnp::Type element = list.getSchema().getElementType();
    if (is_pointer(element))
        refuse("elements of this list are not set one by one: assign the whole list");
    this->value(value, element, nullptr, ElementSlot(list, index));
}

}  // namespace vitrine::python
