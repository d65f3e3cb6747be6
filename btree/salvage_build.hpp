#pragma once

#include "btree/salvage_walk.hpp"

namespace vitrine::btree {

/// Rows of a commit that are made here, with what they supersede.
class RepairBatch {
  public:
    /// `version`: of everything that is put.
    RepairBatch(core::Storage& storage, Version version);

    ObjectId allocate() { return ObjectId{next_id_++}; }
    /// A new row of the object; `before`: the version that it supersedes, if any.
    void put(ObjectId id, core::TypeId type, core::Words payload, Version before);
    /// Takes all rows of an object away.
    void erase(ObjectId id);
    void write();

  private:
    core::Storage& storage_;
    const core::StorageState state_;
    const Version version_;
    std::uint64_t next_id_;
    std::map<ObjectId, std::vector<core::Word>> rows_;
    std::vector<core::KeptRow> keep_;
    std::vector<core::RowKey> erases_;
};

/// Makes a tree of the remains: leaves in order, none overlapping, none with a lost value; the nodes
/// above; the header. Gives its new state.
TreeState rebuild(core::Storage& storage, TreeRemains& remains, RepairBatch& batch);

}  // namespace vitrine::btree
