#include "closure_walk.hpp"

namespace packages {

Closure ClosureWalk::from(const vitrine::View& view, PackageRef start) {
    Closure closure{.package = start};
    ++walk_;
    visit(start);
    while (!waiting_.empty()) {
        const auto package = view.get(waiting_.back());
        waiting_.pop_back();
        ++closure.members;
        closure.installed_kib += package.getInstalledKib();
        for (const auto dependency : package.getDepends()) {
            const auto candidates = dependency.getCandidates();
            ++closure.dependencies;
            if (candidates.size() == 0) {
                ++closure.unsatisfied;
            } else {
                visit(vitrine::ref(candidates[0]));
            }
        }
    }
    return closure;
}

void ClosureWalk::visit(PackageRef package) {
    if (package.id() >= visited_.size()) visited_.resize(package.id() + 1);
    if (visited_[package.id()] == walk_) return;
    visited_[package.id()] = walk_;
    waiting_.push_back(package);
}

}  // namespace packages
