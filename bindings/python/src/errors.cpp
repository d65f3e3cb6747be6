#include "bindings/python/src/errors.hpp"

#include <new>

#include <kj/exception.h>

namespace vitrine::python {
namespace {

template <class E>
bool is(const Error& error) {
    return dynamic_cast<const E*>(&error) != nullptr;
}

struct Row {
    bool (*matches)(const Error&);
    const char* name;
};

constexpr Row kTable[] = {
    {is<ConflictError>, "ConflictError"},
    {is<NotFoundError>, "NotFoundError"},
    {is<TypeError>, "TypeError"},
    {is<SchemaError>, "SchemaError"},
    {is<CorruptionError>, "CorruptionError"},
    {is<StorageError>, "StorageError"},
    {is<CancelledError>, "CancelledError"},
    {is<SnapshotTooOldError>, "SnapshotTooOldError"},
    {is<UsageError>, "UsageError"},

};

py::object class_of(const char* name) { return py::module_::import("vitrine.errors").attr(name); }

py::object id_or_none(const std::optional<AnyRef>& ref) {
    return ref && *ref ? py::object(py::int_(ref->id())) : py::none();
}

// What the C++ exceptions know beside their message.
void add_details(const py::object& made, const Error& error) {
    if (const auto* conflict = dynamic_cast<const ConflictError*>(&error)) {
        made.attr("version") = conflict->with().value();
        made.attr("object") = id_or_none(conflict->object());
        made.attr("tree") = id_or_none(conflict->tree());
        made.attr("key") = py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
            conflict->key().data(), static_cast<Py_ssize_t>(conflict->key().size()), "replace"));
    } else if (const auto* damage = dynamic_cast<const CorruptionError*>(&error)) {
        made.attr("object") = id_or_none(damage->object());
        made.attr("version") = damage->version().value();
    }
}

void raise(const char* name, const char* message, const Error* details) {
    const py::object text = py::reinterpret_steal<py::object>(
        PyUnicode_DecodeUTF8(message, static_cast<Py_ssize_t>(std::strlen(message)), "replace"));
    const py::object kind = class_of(name);
    const py::object made = kind(text);
    if (details != nullptr) add_details(made, *details);
    PyErr_SetObject(kind.ptr(), made.ptr());
}

void raise_error(const Error& error) {
    for (const Row& row : kTable)
        if (row.matches(error)) return raise(row.name, error.what(), &error);
    raise("Error", error.what(), nullptr);
}

// The current exception as Python's; what goes wrong with that is thrown.
void raise_as_python() {
    try {
        throw;
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const Error& error) {
        raise_error(error);
    } catch (const kj::Exception& error) {
        // Records are checked when they are read, but for what only their schema knows.
        raise("CorruptionError", error.getDescription().cStr(), nullptr);
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const py::builtin_exception& error) {
        error.set_error();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
}

}  // namespace

void raise_current() noexcept {
    try {
        raise_as_python();
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (...) {
        PyErr_SetString(PyExc_RuntimeError, "vitrine: an error could not be told");
    }
}

void translate_errors() {
    py::register_exception_translator([](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const Error& error) {
            raise_error(error);
        } catch (const kj::Exception& error) {
            raise("CorruptionError", error.getDescription().cStr(), nullptr);
        }
    });
}

}  // namespace vitrine::python
