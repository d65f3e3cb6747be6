#include "btree/reach.hpp"

#include "mvcc/yield_point.hpp"

namespace vitrine::btree {

bool Reach::step() {
    const auto id = marks_.take();
    if (!id) return false;
    mvcc::yield_point("collect:following");
    const bool there = references_.targets(*id, [&](std::span<const ObjectId> targets) {
        marks_.reach(targets);
        tick_();
    });
    if (there && *id != kRoots) ++objects_;
    return true;
}

}  // namespace vitrine::btree
