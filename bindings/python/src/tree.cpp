#include "bindings/python/src/tree.hpp"

#include <vitrine/detail/tree_kind.hpp>

#include "bindings/python/src/gil.hpp"
#include "bindings/python/src/numbers.hpp"
#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/tree_iterator.hpp"
#include "bindings/python/src/tree_neighbours.hpp"
#include "btree/key.hpp"
#include "btree/trees.hpp"
#include "mvcc/epoch.hpp"

namespace vitrine::python {
namespace {

std::shared_ptr<const TreeCodec> make_codec(const btree::TreeKind& kind, Context& context,
                                            core::schema::Registry& registry) {
    auto codec = std::make_shared<TreeCodec>(kind);
    if (codec->value.what() == ValueCodec::What::structure)
        codec->value.set_struct(context.type_of(registry, codec->value.type()));
    return codec;
}

std::optional<btree::TreeState> state_in(const mvcc::Snapshot& snapshot, core::ObjectId id) {
    const mvcc::Epoch::Guard guard;
    const mvcc::ObjectVersion* header = id ? snapshot.peek(id) : nullptr;
    if (header == nullptr || header->type() != btree::kTreeHeaderType) return std::nullopt;
    return btree::state_of(header->aux<btree::TreeHeaderView>());
}

py::object get(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
    if (count < 1 || count > 2) throw TypeError("get(key, default=None)");
    const auto& tree = unbox<TreeBox>(self);
    KeyCodec::Scratch scratch;
    py::object found = find_value(tree, tree.codec->key.encode(arguments[0], scratch));
    if (found) return found;
    return count == 2 ? borrow(arguments[1]) : py::none();
}

py::object item(PyObject* self, PyObject* key) {
    const auto& tree = unbox<TreeBox>(self);
    if (PySlice_Check(key)) return part_of(self, slice_of(tree, key));
    KeyCodec::Scratch scratch;
    const btree::ByteSpan bytes = tree.codec->key.encode(key, scratch);
    py::object found = find_value(tree, bytes);
    if (!found) detail::throw_no_key(*tree.reader, bytes);
    return found;
}

int contains(PyObject* self, PyObject* key) {
    return guarded(-1, [&] {
        const auto& tree = unbox<TreeBox>(self);
        KeyCodec::Scratch scratch;
        return has_key(tree, tree.codec->key.encode(key, scratch)) ? 1 : 0;
    });
}

Py_ssize_t length(PyObject* self) {
    return guarded(Py_ssize_t{-1},
                   [&] { return static_cast<Py_ssize_t>(count_of(unbox<TreeBox>(self))); });
}

py::object keys(PyObject* self) { return iterate(unbox<TreeBox>(self), Shows::keys); }

py::object keys_reversed(PyObject* self) {
    const py::object round = turned(self);
    return keys(round.ptr());
}

py::object ref(PyObject* self) {
    const auto& tree = unbox<TreeBox>(self);
    tree.require();
    const btree::TreeKind& kind = tree.reader->kind();
    return make_box<TreeRefValue>(core::ObjectId{tree.reader->id()},
                                  kind.key + " -> " + kind.value);
}

py::object key_kind(PyObject* self) { return py::str(unbox<TreeBox>(self).codec->kind.key); }
py::object value_kind(PyObject* self) { return py::str(unbox<TreeBox>(self).codec->kind.value); }

py::object backwards(PyObject* self) { return py::bool_(unbox<TreeBox>(self).bounds.reversed); }

py::object repr(PyObject* self) {
    const auto& tree = unbox<TreeBox>(self);
    const btree::TreeKind& kind = tree.codec->kind;
    std::string text = fmt::format("<{} {} -> {}", Py_TYPE(self)->tp_name, kind.key, kind.value);
    if (!tree.whole())
        text += ", a range of it";
    else if (tree.snapshot)
        text += fmt::format(", {} entries", tree.reader->size());
    return py::str(text + (tree.bounds.reversed ? ", backwards>" : ">"));
}

template <py::object (*kFunction)(PyObject*)>
PyObject* plain(PyObject* self, PyObject*) {
    return guarded([&] { return kFunction(self); });
}
template <py::object (*kFunction)(PyObject*, PyObject*)>
PyObject* with_one(PyObject* self, PyObject* argument) {
    return guarded([&] { return kFunction(self, argument); });
}
template <py::object (*kFunction)(PyObject*)>
PyObject* getter(PyObject* self, void*) {
    return guarded([&] { return kFunction(self); });
}
PyObject* fast_get(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
    return guarded([&] { return get(self, arguments, count); });
}

PyMethodDef methods[] = {
    {"get", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(fast_get)), METH_FASTCALL,
     "get(key, default=None): the value, or the default when the key is absent."},
    {"first", plain<first>, METH_NOARGS, "The entry with the least key, or None."},
    {"last", plain<last>, METH_NOARGS, "The entry with the greatest key, or None."},
    {"floor", with_one<floor_of>, METH_O,
     "floor(key): the entry with the greatest key that is not above it, or None."},
    {"ceiling", with_one<ceiling_of>, METH_O,
     "ceiling(key): the entry with the least key that is not below it, or None."},
    {"prefix", with_one<prefix_of>, METH_O,
     "prefix(start): the part whose keys begin with this text, or with this field or these "
     "fields."},
    {"reversed", plain<turned>, METH_NOARGS, "The same entries the other way round."},
    {"partitions", with_one<partitions>, METH_O,
     "partitions(n): at most n parts of about equal work, which together are this one: for "
     "threads."},
    {"__reversed__", plain<keys_reversed>, METH_NOARGS, nullptr},
    {},
};
PyGetSetDef attributes[] = {
    {"_backwards", getter<backwards>, nullptr, nullptr, nullptr},
    {"ref", getter<ref>, nullptr, "The TreeRef of the whole tree.", nullptr},
    {"key_kind", getter<key_kind>, nullptr, "What the keys are: \"i64\", \"(string,i64)\".",
     nullptr},
    {"value_kind", getter<value_kind>, nullptr, "What the values are: \"double\", \"ref 0x…\".",
     nullptr},
    {},
};

}  // namespace

py::object open_snapshot_tree(const std::shared_ptr<SnapshotState>& snapshot, core::ObjectId id,
                              const btree::TreeKind& kind) {
    TreeBox tree;
    tree.snapshot = snapshot;
    tree.codec = make_codec(kind, *snapshot->context, snapshot->registry());
    without_gil([&](NoGil&) {
        tree.stored = btree::open_tree(snapshot->snapshot, id, kind);
        tree.reader = tree.stored.get();
        tree.state = state_in(snapshot->snapshot, id);
    });
    return make_box<TreeBox>(std::move(tree));
}

py::object open_transaction_tree(const std::shared_ptr<TransactionState>& transaction,
                                 std::shared_ptr<btree::TreeWriter> writer, core::ObjectId id) {
    TreeBox tree;
    tree.transaction = transaction;
    tree.codec = make_codec(writer->kind(), *transaction->context, transaction->registry());
    tree.reader = tree.writer = transaction->keep(std::move(writer));
    tree.state = without_gil([&](NoGil&) { return state_in(transaction->base(), id); });
    return make_box_as<TreeBox>(tree_editor_type, std::move(tree));
}

void add_tree(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<TreeBox>),
        slot(
            Py_tp_repr, +[](PyObject* self) { return guarded([&] { return repr(self); }); }),
        slot(Py_mp_length, length),
        slot(
            Py_mp_subscript,
            +[](PyObject* self, PyObject* key) {
                return guarded([&] { return item(self, key); });
            }),
        slot(Py_sq_contains, contains),
        slot(
            Py_tp_iter, +[](PyObject* self) { return guarded([&] { return keys(self); }); }),
        {Py_tp_methods, methods},
        {Py_tp_getset, attributes},
        {Py_tp_doc,
         const_cast<char*>("An ordered map of a snapshot, or a range of one: a Mapping. Any thread "
                           "may read it; it never changes. tree[low:high] is the part from low "
                           "on and below high, tree[::-1] goes backwards.")},
        {},
    };
    box_type<TreeBox> = add_box_type<TreeBox>(
        module, "vitrine.Tree", slots,
        Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_MAPPING);
}

}  // namespace vitrine::python
