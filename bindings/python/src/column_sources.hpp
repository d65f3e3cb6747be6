#pragma once

#include <memory>
#include <string>

#include "bindings/python/src/column.hpp"
#include "bindings/python/src/tree.hpp"

namespace vitrine::python {

/// Copies one number of each entry of a run in a leaf into a column. Threads: one at a time; without
/// the GIL.
class ColumnSource {
  public:
    ColumnSource(const char* format, unsigned width) : column_(format, width) {}
    ColumnSource(const ColumnSource&) = delete;
    ColumnSource& operator=(const ColumnSource&) = delete;
    virtual ~ColumnSource() = default;

    /// Throws: CorruptionError, StorageError; NotFoundError for a reference that leads nowhere.
    virtual void take(const btree::LeafView& leaf, std::uint32_t begin, std::uint32_t end) = 0;
    [[nodiscard]] Column& column() { return column_; }

  private:
    Column column_;
};

// Throw: TypeError when there are no numbers there, UsageError for members of unions.

/// Keys that are numbers.
std::unique_ptr<ColumnSource> key_source(const TreeBox& tree);
/// Values that are numbers or booleans.
std::unique_ptr<ColumnSource> value_source(const TreeBox& tree);
/// A field of values that are structs, or of the objects that they refer to: "price", "place.height".
std::unique_ptr<ColumnSource> field_source(const TreeBox& tree, const std::string& path);

/// How a buffer names the numbers of a kind, and their width.
struct NumberFormat {
    const char* code;
    unsigned width;
};
NumberFormat format_of(PlainKind kind);

}  // namespace vitrine::python
