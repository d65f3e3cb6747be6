#include "btree/object_scan.hpp"

namespace vitrine::btree {
namespace {

constexpr std::size_t kRowsAtOnce = 1024;

}  // namespace

void ObjectScan::fill() {
    found_.clear();
    at_ = 0;
    ObjectId last = after_ ? after_->id : ObjectId{};  // its newest row was seen
    after_ = store_.storage().scan(after_, kRowsAtOnce, [&](core::RowKey key, core::Words row) {
        if (key.id == last) return true;  // an older version
        last = key.id;
        // A row that is too short for a type is looked up all the same: that says what is wrong.
        const core::TypeId type = row.empty() ? 0 : row.front();
        if (!is_part_of_tree(type))
            found_.push_back(
                {key.id, key.version, type, row.size_bytes(), row.size() == core::kRowHeaderWords});
        return true;
    });
    ended_ = !after_;
}

std::optional<ObjectScan::Found> ObjectScan::next() {
    while (at_ == found_.size()) {
        if (ended_) return std::nullopt;
        fill();
    }
    return found_[at_++];
}

}  // namespace vitrine::btree
