#pragma once

#include <string>

#include "mvcc/snapshot.hpp"

namespace vitrine::cli {

/// The object or tree that an id (#12, @12) or a path names; by its id one is found that was erased.
/// Throws: NotFoundError when nothing has an id there, WrongUsage.
core::ObjectId object_at(const mvcc::Snapshot& snapshot, const std::string& path);

}  // namespace vitrine::cli
