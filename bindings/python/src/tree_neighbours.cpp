#include "bindings/python/src/tree_neighbours.hpp"

#include <vitrine/tree_range.hpp>

#include "bindings/python/src/gil.hpp"
#include "bindings/python/src/numbers.hpp"
#include "btree/key.hpp"

namespace vitrine::python {
namespace {

// A single entry as a pair; None when there is none.
py::object nearest(const TreeBox& tree, const btree::Bounds& bounds) {
    tree.require();
    const auto cursor = without_gil([&](NoGil&) { return tree.reader->nearest(bounds); });
    if (cursor == nullptr || !cursor->valid()) return py::none();
    const py::object key = take(decode_key(tree.codec->key, *cursor));
    const btree::ByteSpan bytes = without_gil([&](NoGil&) { return cursor->value(); });
    return py::make_tuple(key, tree.codec->value.decode({bytes, cursor->hold_value()}));
}

btree::KeyBytes key_bytes(const TreeBox& tree, PyObject* key) {
    KeyCodec::Scratch scratch;
    const btree::ByteSpan bytes = tree.codec->key.encode(key, scratch);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

py::object first(PyObject* self) {
    btree::Bounds bounds = unbox<TreeBox>(self).bounds;
    bounds.reversed = false;
    return nearest(unbox<TreeBox>(self), bounds);
}

py::object last(PyObject* self) {
    btree::Bounds bounds = unbox<TreeBox>(self).bounds;
    bounds.reversed = true;
    return nearest(unbox<TreeBox>(self), bounds);
}

py::object floor_of(PyObject* self, PyObject* key) {
    const auto& tree = unbox<TreeBox>(self);
    btree::Bounds bounds = tree.bounds;
    btree::KeyBytes bytes = key_bytes(tree, key);
    if (!bounds.high || btree::compare_keys(bytes, *bounds.high) < 0) {
        bounds.high = std::move(bytes);
        bounds.high_included = true;
    }
    bounds.reversed = true;
    return nearest(tree, bounds);
}

py::object ceiling_of(PyObject* self, PyObject* key) {
    TreeBox part = unbox<TreeBox>(self);
    part.narrow(key_bytes(part, key), std::nullopt);
    part.bounds.reversed = false;
    return nearest(part, part.bounds);
}

py::object prefix_of(PyObject* self, PyObject* start) {
    TreeBox part = unbox<TreeBox>(self);
    KeyCodec::Scratch scratch;
    const btree::ByteSpan bytes = part.codec->key.encode_prefix(start, scratch);
    part.narrow(btree::KeyBytes(bytes.begin(), bytes.end()), detail::end_of_prefix(bytes));
    return part_of(self, std::move(part));
}

py::object turned(PyObject* self) {
    TreeBox part = unbox<TreeBox>(self);
    part.bounds.reversed = !part.bounds.reversed;
    return part_of(self, std::move(part));
}

py::object partitions(PyObject* self, PyObject* number) {
    const auto& tree = unbox<TreeBox>(self);
    const auto n = to_integer<std::uint32_t>(number);
    if (n == 0) detail::throw_no_partitions();
    tree.require();
    const auto cuts = without_gil([&](NoGil&) { return tree.reader->cuts(tree.bounds, n); });
    py::list parts;
    TreeBox rest = tree;
    for (const btree::KeyBytes& cut : cuts) {
        TreeBox part = rest;
        part.narrow(std::nullopt, cut);
        rest.narrow(cut, std::nullopt);
        parts.append(part_of(self, std::move(part)));
    }
    parts.append(part_of(self, std::move(rest)));
    return parts;
}

}  // namespace vitrine::python
