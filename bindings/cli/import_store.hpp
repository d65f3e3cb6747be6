#pragma once

#include <functional>
#include <string>

#include "bindings/cli/export_store.hpp"

namespace vitrine::cli {

/// Gives the next line without its end; false when there is none.
using LineSource = std::function<bool(std::string&)>;

/// Makes a store in `file` of the lines of an export. Memory is bounded, however long they are: it
/// commits now and then, and a file whose import ended early is no store to keep.
/// Requires: there is no such file.
/// Throws: JsonError naming the line, CancelledError, StorageError.
ExportReport import_store(const std::string& file, const LineSource& source, ProgressBar& bar);

}  // namespace vitrine::cli
