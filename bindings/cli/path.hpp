#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <capnp/dynamic.h>

#include "bindings/cli/value_json.hpp"
#include "btree/trees.hpp"
#include "mvcc/snapshot.hpp"

namespace vitrine::cli {

/// Where a path leads (bindings/cli/README.md, "Paths"). A value; holds what it shows.
struct Place {
    struct Object {
        core::ObjectId id;
        mvcc::VersionHandle version;
    };
    struct Tree {
        std::shared_ptr<const btree::TreeReader> reader;
    };
    /// A part of a record.
    struct Part {
        capnp::DynamicValue::Reader value;
        capnp::Type type;
    };
    /// A value of a tree that is no reference and no struct.
    struct Scalar {
        std::string kind;
        std::vector<std::byte> bytes;
    };
    /// A reference that refers to nothing, or to what is not there.
    struct Nothing {
        core::ObjectId target;
    };

    std::variant<Nothing, Object, Tree, Part, Scalar> what{};
    std::vector<std::shared_ptr<const void>> held{};  ///< schemas and words that parts lie in
};

/// Follows a path: "accounts/42/owner", "#12/parent". References are followed, also the last one.
/// Throws: NotFoundError naming the step that leads nowhere, WrongUsage for a path that is none.
Place follow_path(const mvcc::Snapshot& snapshot, std::string_view path);

/// The tree that a path leads to. Throws: the same, and TypeError when it leads to something else.
std::shared_ptr<const btree::TreeReader> follow_to_tree(const mvcc::Snapshot& snapshot,
                                                        std::string_view path);

/// The place as JSON. A tree: its id, kinds and count.
void write_place(JsonWriter& out, const mvcc::Snapshot& snapshot, const Place& place);

/// The steps of a path: between slashes, %2F a slash in a step and %25 a percent sign.
/// Throws: WrongUsage for other escapes that are none.
std::vector<std::string> split_path(std::string_view path);

}  // namespace vitrine::cli
