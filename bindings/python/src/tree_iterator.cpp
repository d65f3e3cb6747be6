#include "bindings/python/src/tree_iterator.hpp"

#include <vitrine/detail/merge_range.hpp>

#include "bindings/python/src/batch.hpp"
#include "bindings/python/src/gil.hpp"

namespace vitrine::python {
namespace {

// How many entries are read ahead: few at first, since many iterations end soon. In a transaction what
// is read ahead counts as read, so it is never more than was shown before.
constexpr std::size_t kFirst = 16;
constexpr std::size_t kMost = 4096;
constexpr std::size_t kMostInTransaction = 256;

/// An iteration over one tree, or a merge of two.
struct TreeIterator {
    TreeBox tree;
    std::optional<TreeBox> other;
    Merge merge;
    Shows shows;
    Batch batch;
    std::unique_ptr<btree::Cursor> cursor{};
    std::unique_ptr<detail::MergeCursor> merged{};
    std::size_t at = 0;
    std::size_t next = 0;
    bool begun = false;
    bool busy = false;
    py::object pair{};  // the one shown last, used again when nobody else kept it

    TreeIterator(const TreeBox& of, const TreeBox* with, Merge how, Shows what)
        : tree(of), merge(how), shows(what), batch(*tree.codec, what) {
        if (with != nullptr) other = *with;
        next = tree.transaction || (with != nullptr && with->transaction) ? 1 : kFirst;
    }

    // The cursor at the next entry; null at the end.
    [[nodiscard]] btree::Cursor* here() const {
        if (merged) return merged->shown();
        return cursor && cursor->valid() ? cursor.get() : nullptr;
    }
    void step() const { merged ? merged->step() : cursor->step(); }

    void begin() {
        begun = true;
        cursor = tree.reader->cursor(tree.bounds);
        if (merge == Merge::none) return;
        constexpr detail::Merge kHow[] = {detail::Merge::unite, detail::Merge::unite,
                                          detail::Merge::intersect, detail::Merge::subtract};
        merged = std::make_unique<detail::MergeCursor>(
            std::move(cursor), other->reader->cursor(other->bounds), kHow[static_cast<int>(merge)],
            tree.codec->key.fixed());
    }

    // The cursor moves before it is asked for the first entry of a batch, and not after the last:
    // a transaction has then read what it was shown, no more.
    void read_on() {
        if (begun && here() != nullptr) step();
        if (!begun) begin();
        batch.begin(next);
        if (!merged && here() != nullptr) return batch.read(*cursor);
        while (here() != nullptr && batch.add(*here())) step();
    }
};

// False at the end.
bool fill(TreeIterator& iterator) {
    iterator.tree.require();
    if (iterator.other) iterator.other->require();
    iterator.busy = true;
    struct Free {
        bool& busy;
        ~Free() { busy = false; }
    } free{iterator.busy};
    without_gil([&](NoGil&) { iterator.read_on(); });
    const bool small = iterator.tree.transaction != nullptr;
    iterator.next = small ? std::min(iterator.next * 2, kMostInTransaction)
                          : std::min(iterator.next * 4, kMost);
    iterator.at = 0;
    return iterator.batch.size() != 0;
}

// As dict.items() does: while nobody keeps the last pair, it is the next one, too.
PyObject* new_pair(TreeIterator& iterator, PyObject* key, PyObject* value) {
    PyObject* const last = iterator.pair.ptr();
    if (last != nullptr && Py_REFCNT(last) == 1) {
        PyObject* const old_key = PyTuple_GET_ITEM(last, 0);
        PyObject* const old_value = PyTuple_GET_ITEM(last, 1);
        PyTuple_SET_ITEM(last, 0, key);
        PyTuple_SET_ITEM(last, 1, value);
        Py_INCREF(last);
        Py_DECREF(old_key);
        Py_DECREF(old_value);
        return last;
    }
    PyObject* const pair = PyTuple_New(2);
    if (pair == nullptr) {
        Py_DECREF(key);
        Py_DECREF(value);
        return nullptr;
    }
    PyTuple_SET_ITEM(pair, 0, key);
    PyTuple_SET_ITEM(pair, 1, value);
    iterator.pair = borrow(pair);
    return pair;
}

PyObject* show(TreeIterator& iterator) {
    const std::size_t at = iterator.at++;
    if (iterator.shows == Shows::keys) return iterator.batch.key(at);
    PyObject* const value = iterator.batch.value(at);
    if (iterator.shows == Shows::values || value == nullptr) return value;
    PyObject* const key = iterator.batch.key(at);
    if (key != nullptr) return new_pair(iterator, key, value);
    Py_DECREF(value);
    return nullptr;
}

PyObject* next(PyObject* self) {
    try {
        auto& iterator = unbox<TreeIterator>(self);
        // Its batch is being filled, without the GIL.
        if (iterator.busy) throw UsageError("another thread uses this iterator");
        if (iterator.at == iterator.batch.size() && !fill(iterator)) return nullptr;
        return show(iterator);
    } catch (...) {
        raise_current();
        return nullptr;
    }
}

}  // namespace

py::object iterate(const TreeBox& tree, Shows shows) {
    tree.require();
    return make_box<TreeIterator>(tree, nullptr, Merge::none, shows);
}

py::object iterate_merged(const TreeBox& a, const TreeBox& b, Merge merge, Shows shows) {
    a.require();
    b.require();
    return make_box<TreeIterator>(a, &b, merge, shows);
}

void add_tree_iterator(py::module_& module) {
    static PyType_Slot slots[] = {
        slot(Py_tp_dealloc, drop_box<TreeIterator>),
        slot(Py_tp_iter, PyObject_SelfIter),
        slot(Py_tp_iternext, next),
        {Py_tp_doc, const_cast<char*>("An iteration over a tree: one thread's at a time.")},
        {},
    };
    box_type<TreeIterator> = add_box_type<TreeIterator>(module, "vitrine.TreeIterator", slots);
}

}  // namespace vitrine::python
