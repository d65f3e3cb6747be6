#pragma once

#include <cstdint>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "catalogue.hpp"

namespace packages {

/// A package with all that it needs, directly or not, itself included.
struct Closure {
    PackageRef package;
    std::uint32_t members = 0;
    std::uint64_t installed_kib = 0;
    std::uint64_t dependencies = 0;  ///< followed
    std::uint64_t unsatisfied = 0;   ///< of them
};

/// Walks from package to package by their references, along the best candidate of each dependency.
/// Dependencies go in circles: each package is visited once. Threads: one at a time.
class ClosureWalk {
  public:
    Closure from(const vitrine::View& view, PackageRef start);

  private:
    void visit(PackageRef package);

    // By object id, the walk that visited it last: starting a new walk clears nothing. Vitrine
    // numbers the objects of a file from 1 up, so this is as long as the file has had objects.
    std::vector<std::uint32_t> visited_;
    std::uint32_t walk_ = 0;
    std::vector<PackageRef> waiting_;
};

}  // namespace packages
