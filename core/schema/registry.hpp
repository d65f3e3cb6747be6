#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <capnp/schema-loader.h>

#include "core/schema/closure.hpp"
#include "core/schema/node.hpp"

namespace vitrine::core::schema {

/// A stored struct's schema. Lifetime: `schema` lives as long as `loader`.
struct StoredSchema {
    std::shared_ptr<const capnp::SchemaLoader> loader;
    capnp::StructSchema schema;
};

/// The types of a store: what is stored, and what the next batch has to add.
///
/// Invariants:
///  R1. Known are the stored nodes, replaced and joined by those that passed a check: the second
///      type of a program that shares a nested struct meets what the first one brought.
///  R2. A check that fails changes nothing.
///  R3. A node is pending from the check that brought it until a batch has written it. Later
///      growth of a type that is being written makes it pending anew.
///
/// Threads: any number, at the same time. A store that is only read never takes what is pending.
class Registry {
  public:
    /// Throws: CorruptionError when a node is damaged. Cost: O(bytes), copies them.
    explicit Registry(const std::vector<StoredType>& stored);

    /// Checks a program's type, with everything that its records may hold, against what is known.
    /// What is new or grown becomes known and pending; equal types and older prefixes change
    /// nothing.
    /// Throws: SchemaError naming the type and the field.
    /// Cost: O(fields); allocates, locks. To be called at first use of a type, not at each.
    void check(capnp::StructSchema program);

    /// From now on every stored `Ref` to `from`, but in `from` itself, is one to `to`: objects of the
    /// one type have become objects of the other. Both must be known.
    void retarget(TypeId from, TypeId to);

    [[nodiscard]] bool has_pending() const;
    /// The nodes that the next batch must write; none is pending after.
    [[nodiscard]] std::vector<StoredType> take_pending();
    /// The batch failed: what it took is pending again, in the form it has grown to meanwhile.
    void restore_pending(const std::vector<StoredType>& taken) noexcept;

    /// What messages call the type: "Account"; the id in hex when it is not known.
    [[nodiscard]] std::string name_of(TypeId id) const;

    /// The schema to read records of that type with, whatever the program was compiled with.
    /// Nothing when it is not known or is not a struct.
    [[nodiscard]] std::optional<StoredSchema> find(TypeId id) const;

  private:
    using Nodes = std::map<TypeId, std::vector<Word>>;

    static std::shared_ptr<const capnp::SchemaLoader> load(const Nodes& nodes);
    std::optional<Node> find_node(TypeId id) const;
    std::vector<TypeId> changed_by(const Closure& program) const;

    mutable std::mutex mutex_;  // guards everything below; nothing is called under it
    Nodes known_;
    std::set<TypeId> pending_;
    std::set<TypeId> taken_;  // their nodes are kept: putting them back takes no memory
    // Made anew after growth: a loader that is given a node twice invalidates the schemas in use.
    mutable std::shared_ptr<const capnp::SchemaLoader> loader_;
};

}  // namespace vitrine::core::schema
