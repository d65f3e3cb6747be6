#pragma once

#include <string>
#include <vector>

#include <vitrine/any_ref.hpp>
#include <vitrine/version.hpp>

namespace vitrine {

/// One object, or one key of a tree, that undoing a commit is about. A value.
struct UndoStep {
    AnyRef object{};  ///< the object, or the tree; AnyRef{1} for the names of roots
    std::string
        key{};  ///< as messages show it, or a root's name; empty for an object or a whole tree
    std::string what{};  ///< "gets back its value of version 12"; for a conflict: why it cannot
    Version with{};      ///< for a conflict: the last commit that changed it
};

/// What undoing a commit would change, and what stands in its way. A value.
struct UndoPlan {
    Version version{};
    std::vector<UndoStep> changes{};
    std::vector<UndoStep> conflicts{};

    /// Whether undo() would succeed, were nothing else committed meanwhile.
    [[nodiscard]] bool ok() const { return conflicts.empty(); }
};

}  // namespace vitrine
