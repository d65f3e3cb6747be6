#pragma once

#include <string>

#include <vitrine/any_ref.hpp>

namespace vitrine {

/// A root: a name under which an object or a tree is found. What should stay is reached from one.
struct RootInfo {
    std::string name;
    AnyRef ref;
    std::string type;  ///< the name of the struct, or "tree string -> i64"
};

}  // namespace vitrine
