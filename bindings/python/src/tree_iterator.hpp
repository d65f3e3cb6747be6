#pragma once

#include "bindings/python/src/tree.hpp"

namespace vitrine::python {

/// Which halves of the entries an iteration shows.
enum class Shows { keys, values, items };
/// What is made of two trees.
enum class Merge { none, unite, intersect, subtract };

py::object iterate(const TreeBox& tree, Shows shows);
/// A lazy merge of two Trees, as a Python object. Throws: TypeError, UsageError when they do not fit
/// each other.
py::object merge_trees(const py::object& a, const py::object& b, Merge merge);
/// The entries of both, in the order of keys; the values are those of `a`. Requires: keys of one kind.
py::object iterate_merged(const TreeBox& a, const TreeBox& b, Merge merge, Shows shows);

}  // namespace vitrine::python
