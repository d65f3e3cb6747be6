#include <fmt/format.h>

#include "bindings/python/src/tree_iterator.hpp"

namespace vitrine::python {
namespace {

/// `tree.keys()`, `.values()`, `.items()`, and merges of the entries of two trees.
struct Entries {
    py::object tree;   ///< a Tree
    py::object other;  ///< of a merge
    Merge merge = Merge::none;
    Shows shows{};

    [[nodiscard]] const TreeBox& a() const { return unbox<TreeBox>(tree.ptr()); }
    [[nodiscard]] const TreeBox& b() const { return unbox<TreeBox>(other.ptr()); }
};

py::object iterate_over(const Entries& entries) {
    return entries.merge == Merge::none
               ? iterate(entries.a(), entries.shows)
               : iterate_merged(entries.a(), entries.b(), entries.merge, entries.shows);
}

TreeBox backwards(const TreeBox& tree) {
    TreeBox turned = tree;
    turned.bounds.reversed = !turned.bounds.reversed;
    return turned;
}

py::object iterate_back(PyObject* self) {
    const auto& entries = unbox<Entries>(self);
    if (entries.merge != Merge::none) throw UsageError("a merge of trees goes one way only");
    return iterate(backwards(entries.a()), entries.shows);
}

Py_ssize_t length(PyObject* self) {
    return guarded(Py_ssize_t{-1}, [&] {
        const auto& entries = unbox<Entries>(self);
        if (entries.merge == Merge::none) return static_cast<Py_ssize_t>(count_of(entries.a()));
        Py_ssize_t count = 0;
        for (const py::handle entry : iterate_over(entries)) {
            static_cast<void>(entry);
            ++count;
        }
        return count;
    });
}

bool find(PyObject* self, PyObject* wanted) {
    const auto& entries = unbox<Entries>(self);
    if (entries.merge == Merge::none && entries.shows != Shows::values) {
        PyObject* key = wanted;
        if (entries.shows == Shows::items) {
            if (!PyTuple_Check(wanted) || PyTuple_GET_SIZE(wanted) != 2) return false;
            key = PyTuple_GET_ITEM(wanted, 0);
        }
        KeyCodec::Scratch scratch;
        const btree::ByteSpan bytes = entries.a().codec->key.encode(key, scratch);
        if (entries.shows == Shows::keys) return has_key(entries.a(), bytes);
        const py::object value = find_value(entries.a(), bytes);
        return value && value.equal(borrow(PyTuple_GET_ITEM(wanted, 1)));
    }
    for (const py::handle entry : iterate_over(entries))
        if (entry.equal(borrow(wanted))) return true;
    return false;
}

template <Merge kMerge>
PyObject* combine(PyObject* a, PyObject* b) {
    const auto* left = find_in_box<Entries>(a);
    const auto* right = find_in_box<Entries>(b);
    // Anything else is for Python's own sets.
    const bool plain = left != nullptr && right != nullptr && left->merge == Merge::none &&
                       right->merge == Merge::none && left->shows == Shows::keys &&
                       right->shows == Shows::keys;
    if (!plain) Py_RETURN_NOTIMPLEMENTED;
    return guarded([&] {
        const py::object merged = merge_trees(left->tree, right->tree, kMerge);
        unbox<Entries>(merged.ptr()).shows = Shows::keys;
        return merged;
    });
}

py::object repr(PyObject* self) {
    const auto& entries = unbox<Entries>(self);
    constexpr const char* kShows[] = {"keys", "values", "items"};
    constexpr const char* kMerges[] = {"", "union", "intersection", "difference"};
    const auto tree = py::cast<std::string>(py::repr(entries.tree));
    const char* shows = kShows[static_cast<int>(entries.shows)];
    if (entries.merge == Merge::none) return py::str(fmt::format("<{} of {}>", shows, tree));
    return py::str(fmt::format("<{} of the {} of {} and {}>", shows,
                               kMerges[static_cast<int>(entries.merge)], tree,
                               py::cast<std::string>(py::repr(entries.other))));
}

template <Shows kShows>
PyObject* entries_of(PyObject* self, PyObject*) {
    return guarded(
        [&] { return make_box<Entries>(borrow(self), py::object(), Merge::none, kShows); });
}

PyMethodDef methods[] = {
    {"__reversed__",
     [](PyObject* self, PyObject*) { return guarded([&] { return iterate_back(self); }); },
     METH_NOARGS, nullptr},
    {},
};

PyMethodDef tree_methods[] = {
    {"keys", entries_of<Shows::keys>, METH_NOARGS,
     "The keys. a.keys() & b.keys() (and |, -) is a lazy merge in key order."},
    {"values", entries_of<Shows::values>, METH_NOARGS, "The values in the order of their keys."},
    {"items", entries_of<Shows::items>, METH_NOARGS, "The entries as pairs in key order."},
};

}  // namespace

py::object merge_trees(const py::object& a, const py::object& b, Merge merge) {
    const auto* left = find_in_box<TreeBox>(a);
    const auto* right = find_in_box<TreeBox>(b);
    if (left == nullptr || right == nullptr) throw TypeError("both have to be trees");
    const btree::TreeKind& ours = left->codec->kind;
    const btree::TreeKind& theirs = right->codec->kind;
    if (ours.key != theirs.key || (merge == Merge::unite && ours.value != theirs.value))
        throw TypeError(fmt::format("a tree {} -> {} cannot be merged with a tree {} -> {}",
                                    ours.key, ours.value, theirs.key, theirs.value));
    if (left->bounds.reversed || right->bounds.reversed)
        throw UsageError("a merge goes in the order of keys: neither tree may be turned round");
    return make_box<Entries>(a, b, merge, Shows::items);
}

void add_entries(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<Entries>),
        slot(
            Py_tp_repr, +[](PyObject* self) { return guarded([&] { return repr(self); }); }),
        slot(
            Py_tp_iter,
            +[](PyObject* self) {
                return guarded([&] { return iterate_over(unbox<Entries>(self)); });
            }),
        slot(Py_sq_length, length),
        slot(
            Py_sq_contains,
            +[](PyObject* self, PyObject* wanted) {
                return guarded(-1, [&] { return find(self, wanted) ? 1 : 0; });
            }),
        slot(Py_nb_and, combine<Merge::intersect>),
        slot(Py_nb_or, combine<Merge::unite>),
        slot(Py_nb_subtract, combine<Merge::subtract>),
        {Py_tp_methods, methods},
        {Py_tp_doc, const_cast<char*>("The keys, values or items of a tree, or of a merge of two: "
                                      "read as an iteration comes to them.")},
        {},
    };
    box_type<Entries> = add_box_type<Entries>(module, "vitrine.Entries", slots);
    add_methods(box_type<TreeBox>, tree_methods);
}

}  // namespace vitrine::python
