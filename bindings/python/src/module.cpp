#include "bindings/python/src/ref.hpp"
#include "bindings/python/src/schema_file.hpp"
#include "bindings/python/src/store.hpp"
#include "bindings/python/src/struct_editor.hpp"
#include "bindings/python/src/struct_view.hpp"
#include "bindings/python/src/tree_iterator.hpp"

// What vitrine/*.py makes a package of. Types come before those that mention them.
PYBIND11_MODULE(_vitrine, module) {
    using namespace vitrine::python;
    module.doc() = "The engine of the vitrine package.";
    translate_errors();
    add_struct_type(module);
    add_ref_types(module);
    add_struct_view(module);
    add_list_view(module);
    add_struct_editor(module);
    add_tree(module);
    add_tree_editor(module);
    add_tree_iterator(module);
    add_entries(module);
    add_column(module);
    add_snapshot(module);
    add_transaction(module);
    add_store(module);
    module.def("load_schema", load_schema, py::arg("file"), py::arg("imports"));
    module.def("merge_trees", [](const py::object& a, const py::object& b, const std::string& how) {
        const Merge merge = how == "union"          ? Merge::unite
                            : how == "intersection" ? Merge::intersect
                                                    : Merge::subtract;
        return merge_trees(a, b, merge);
    });
}
