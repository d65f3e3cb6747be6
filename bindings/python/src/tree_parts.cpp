#include <vitrine/tree_range.hpp>

#include "bindings/python/src/gil.hpp"
#include "bindings/python/src/numbers.hpp"
#include "bindings/python/src/tree.hpp"
#include "btree/clamp.hpp"
#include "btree/key.hpp"
#include "btree/leaf_walk.hpp"

namespace vitrine::python {
namespace {

std::optional<btree::KeyBytes> bound(const TreeBox& tree, PyObject* key) {
    if (key == Py_None) return std::nullopt;
    KeyCodec::Scratch scratch;
    const btree::ByteSpan bytes = tree.codec->key.encode(key, scratch);
    return btree::KeyBytes(bytes.begin(), bytes.end());
}

bool turns_round(PyObject* step) {
    if (step == Py_None) return false;
    const int number = to_integer<int>(step);
    if (number != 1 && number != -1)
        throw UsageError(fmt::format("a tree cannot be cut with a step of {}", number));
    return number == -1;
}

// Leaf by leaf: nothing is asked of the entries.
std::uint64_t count_in_leaves(const TreeBox& tree) {
    btree::Bounds bounds = tree.bounds;
    bounds.reversed = false;
    btree::LeafWalk walk(tree.base(), *tree.state);
    std::uint64_t count = 0;
    bool more = bounds.low ? walk.seek(*bounds.low) : walk.seek_first();
    while (more) {
        const btree::Clamped part = btree::clamp(walk.leaf(), bounds);
        if (part.begin < part.end) count += part.end - part.begin;
        more = !part.last && walk.next();
    }
    return count;
}

std::uint64_t count_entries(const TreeBox& tree) {
    std::uint64_t count = 0;
    for (const auto cursor = tree.reader->cursor(tree.bounds); cursor->valid(); cursor->step())
        ++count;
    return count;
}

}  // namespace

void TreeBox::narrow(std::optional<btree::KeyBytes> low, std::optional<btree::KeyBytes> high) {
    if (low && (!bounds.low || btree::compare_keys(*bounds.low, *low) < 0))
        bounds.low = std::move(low);
    if (high && (!bounds.high || btree::compare_keys(*high, *bounds.high) < 0))
        bounds.high = std::move(high);
}

py::object part_of(PyObject* self, TreeBox part) {
    return make_box_as<TreeBox>(Py_TYPE(self), std::move(part));
}

TreeBox slice_of(const TreeBox& tree, PyObject* slice) {
    const auto* const ends = reinterpret_cast<PySliceObject*>(slice);
    TreeBox part = tree;
    part.narrow(bound(tree, ends->start), bound(tree, ends->stop));
    if (turns_round(ends->step)) part.bounds.reversed = !part.bounds.reversed;
    return part;
}

std::uint64_t count_of(const TreeBox& tree) {
    tree.require();
    if (tree.whole()) return tree.reader->size();
    return without_gil(
        [&](NoGil&) { return tree.snapshot ? count_in_leaves(tree) : count_entries(tree); });
}

}  // namespace vitrine::python
