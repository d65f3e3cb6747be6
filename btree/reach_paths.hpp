#pragma once

#include <map>
#include <set>
#include <string>

#include <vitrine/options.hpp>

#include "btree/references.hpp"

namespace vitrine::btree {

/// How one comes to objects from a root: `accounts["alice"].parent`, one of the shortest ways, its
/// middle left out when it is long. Objects to which no way leads are missing. What is damaged is
/// passed over.
/// Throws: StorageError, CancelledError. Cost: reads what is reachable until all are found; 50 bytes of
/// memory or so for each object on the way, so not for every day.
std::map<ObjectId, std::string> paths_from_roots(const mvcc::Snapshot& snapshot,
                                                 const std::set<ObjectId>& wanted,
                                                 const Progress& progress = {});

/// Who refers to an object or tree: every reference, from objects, from entries of trees and from
/// the roots (the catalog, object 1). `progress` counts ids.
/// Throws: CorruptionError, StorageError, CancelledError. Cost: reads the whole store.
std::vector<Reference> who_refers(const mvcc::Snapshot& snapshot, ObjectId target,
                                  const Progress& progress = {});

}  // namespace vitrine::btree
