#pragma once

#include <optional>
#include <vector>

#include "btree/nodes.hpp"

namespace vitrine::btree {

/// Goes over the objects and trees that have rows, in the order of their ids: those of every version,
/// so that each is to be looked up before it is used. Parts of trees are passed over. Objects whose
/// newest commit is not on disk may be missing.
/// Threads: one at a time.
class ObjectScan {
  public:
    explicit ObjectScan(mvcc::Store& store) : store_(store) {}

    struct Found {
        ObjectId id{};
        Version version{};       ///< of the newest row
        core::TypeId type = 0;   ///< of the newest row
        std::size_t bytes = 0;   ///< of the newest row
        bool tombstone = false;  ///< the newest row says that it was erased
    };
    /// Nothing at the end. Throws: StorageError, CorruptionError. Cost: a storage read now and then.
    std::optional<Found> next();

  private:
    void fill();

    mvcc::Store& store_;
    std::vector<Found> found_;
    std::size_t at_ = 0;
    std::optional<core::RowKey> after_;
    bool ended_ = false;
};

}  // namespace vitrine::btree
