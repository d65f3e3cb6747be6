#include <vitrine/detail/tree_kind.hpp>

#include "bindings/python/src/gil.hpp"
#include "bindings/python/src/numbers.hpp"
#include "bindings/python/src/tree.hpp"

namespace vitrine::python {
namespace {

// Writing is to the transaction's own memory: nothing waits. What tells whether a key was there reads.

btree::TreeWriter& writer_of(const TreeBox& tree) {
    tree.require();
    return *tree.writer;
}

void require_inside(const TreeBox& tree, btree::ByteSpan key) {
    if (!tree.covers(key)) throw UsageError("the key lies outside this range of the tree");
}

// The bytes of a key and a value, for the call.
struct Entry {
    Entry(const TreeBox& tree, PyObject* key_object, PyObject* value_object)
        : key(tree.codec->key.encode(key_object, key_scratch)),
          value(tree.codec->value.encode(value_object, value_scratch)) {
        require_inside(tree, key);
    }
    KeyCodec::Scratch key_scratch;
    ValueCodec::Scratch value_scratch;
    btree::ByteSpan key;
    btree::ByteSpan value;
};

// The second argument may be left out for sets.
PyObject* value_in(PyObject* const* arguments, Py_ssize_t count, const char* usage) {
    if (count < 1 || count > 2) throw TypeError(usage);
    return count == 2 ? arguments[1] : Py_None;
}

// A call that looks whether a key is there: without the GIL when it may wait.
template <class F>
bool look(const TreeBox& tree, btree::ByteSpan key, F&& fn) {
    btree::TreeWriter& writer = writer_of(tree);
    if (is_resident(tree, key)) return fn(writer);
    return without_gil([&](NoGil&) { return fn(writer); });
}

py::object put(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
    const auto& tree = unbox<TreeBox>(self);
    const Entry entry(tree, arguments[0], value_in(arguments, count, "put(key, value)"));
    writer_of(tree).put(entry.key, entry.value);
    return py::none();
}

py::object insert(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
    const auto& tree = unbox<TreeBox>(self);
    const Entry entry(tree, arguments[0], value_in(arguments, count, "insert(key, value)"));
    return py::bool_(look(tree, entry.key, [&](btree::TreeWriter& writer) {
        return writer.insert(entry.key, entry.value);
    }));
}

py::object add(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
    if (count != 2) throw TypeError("add(key, delta)");
    const auto& tree = unbox<TreeBox>(self);
    KeyCodec::Scratch scratch;
    const btree::ByteSpan key = tree.codec->key.encode(arguments[0], scratch);
    require_inside(tree, key);
    writer_of(tree).add(key, tree.codec->value.encode_delta(arguments[1]));
    return py::none();
}

py::object erase(PyObject* self, PyObject* key_object) {
    const auto& tree = unbox<TreeBox>(self);
    KeyCodec::Scratch scratch;
    const btree::ByteSpan key = tree.codec->key.encode(key_object, scratch);
    require_inside(tree, key);
    writer_of(tree).erase(key);
    return py::none();
}

bool remove_key(const TreeBox& tree, btree::ByteSpan key) {
    require_inside(tree, key);
    return look(tree, key, [&](btree::TreeWriter& writer) { return writer.remove(key); });
}

py::object remove(PyObject* self, PyObject* key_object) {
    const auto& tree = unbox<TreeBox>(self);
    KeyCodec::Scratch scratch;
    return py::bool_(remove_key(tree, tree.codec->key.encode(key_object, scratch)));
}

py::object clear(PyObject* self) {
    const auto& tree = unbox<TreeBox>(self);
    if (!tree.whole()) throw UsageError("only a whole tree can be cleared");
    writer_of(tree).clear();
    return py::none();
}

int set_item(PyObject* self, PyObject* key, PyObject* value) {
    return guarded(-1, [&] {
        const auto& tree = unbox<TreeBox>(self);
        if (PySlice_Check(key)) throw TypeError("entries are set one by one");
        if (value != nullptr) {
            const Entry entry(tree, key, value);
            writer_of(tree).put(entry.key, entry.value);
            return 0;
        }
        KeyCodec::Scratch scratch;
        const btree::ByteSpan bytes = tree.codec->key.encode(key, scratch);
        if (!remove_key(tree, bytes)) detail::throw_no_key(*tree.reader, bytes);
        return 0;
    });
}

template <py::object (*kFunction)(PyObject*, PyObject* const*, Py_ssize_t)>
PyMethodDef fast(const char* name, const char* doc) {
    PyObject* (*function)(PyObject*, PyObject* const*, Py_ssize_t) =
        [](PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
            return guarded([&] {
                if (count == 0) throw TypeError("a key is missing");
                return kFunction(self, arguments, count);
            });
        };
    return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(function)), METH_FASTCALL,
            doc};
}
template <py::object (*kFunction)(PyObject*, PyObject*)>
PyObject* with_one(PyObject* self, PyObject* argument) {
    return guarded([&] { return kFunction(self, argument); });
}

PyMethodDef methods[] = {
    fast<put>("put", "put(key, value): inserts or replaces. In a set: put(key)."),
    fast<insert>("insert", "insert(key, value): False, and nothing changed, when it is present."),
    fast<add>("add",
              "add(key, delta): adds to a number, of which an absent one counts as 0. It "
              "conflicts with no other add."),
    {"erase", with_one<erase>, METH_O,
     "erase(key): blind; absent is fine, and nothing is read. `del tree[key]` wants it there."},
    {"remove", with_one<remove>, METH_O, "remove(key): erases it, and tells whether it was there."},
    {"clear", [](PyObject* self, PyObject*) { return guarded([&] { return clear(self); }); },
     METH_NOARGS, "Erases what is there when the transaction commits. Conflicts with nothing."},
    {},
};

}  // namespace

void add_tree_editor(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<TreeBox>),
        slot(Py_mp_ass_subscript, set_item),
        {Py_tp_methods, methods},
        {Py_tp_doc, const_cast<char*>(
                        "A tree in a transaction: a MutableMapping. It reads as the tree was when "
                        "the transaction began, with the transaction's own changes. What it reads "
                        "is validated at the commit; what it writes conflicts key by key.")},
        {},
    };
    tree_editor_type = add_box_type<TreeBox>(module, "vitrine.TreeEditor", slots,
                                             Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_MAPPING,
                                             box_type<TreeBox>);
}

}  // namespace vitrine::python
