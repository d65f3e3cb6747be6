#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <capnp/schema-loader.h>

#include "core/schema/node.hpp"
#include "core/schema/type.hpp"
#include "core/storage.hpp"

namespace vitrine::cli {

using core::schema::Node;

/// The stored types as a schema file would have them: which stands in which, and under what name.
/// Vitrine's own words (Ref, TreeRef) are left to its import. Lifetime: owns the nodes.
class SchemaSet {
  public:
    /// Throws: CorruptionError when a node is damaged.
    explicit SchemaSet(const std::vector<core::StoredType>& stored);

    [[nodiscard]] std::optional<Node> find(core::TypeId id) const;
    /// What stands at the top of the file, and in a struct: in the order of their names.
    [[nodiscard]] std::vector<core::TypeId> nested_in(core::TypeId scope) const;
    [[nodiscard]] std::vector<core::TypeId> top_level() const { return nested_in(0); }
    /// The struct that a type stands in; 0 at the top, also of what stood in a type that is not
    /// stored.
    [[nodiscard]] core::TypeId scope_of(core::TypeId id) const;
    /// Its name there, unique there.
    [[nodiscard]] const std::string& name_of(core::TypeId id) const { return names_.at(id); }
    /// The types that a Ref has as its target and that no object ever had: only the id is known.
    [[nodiscard]] const std::map<core::TypeId, std::string>& unknown() const { return unknown_; }
    /// The id of the file they came from, or of one of them.
    [[nodiscard]] core::TypeId file_id() const { return file_id_; }
    /// Everything that is stored, groups included.
    void load_into(capnp::SchemaLoader& loader) const;
    /// Whether the file needs the import of Vitrine's words.
    [[nodiscard]] bool uses_vitrine() const { return uses_vitrine_; }

  private:
    void name_types();
    void look_into(Node node);
    void look_at(core::schema::TypeReader type);
    void look_at(core::schema::BrandReader brand);

    std::map<core::TypeId, std::vector<core::Word>> nodes_;
    std::map<core::TypeId, std::string> names_;
    std::map<core::TypeId, std::string> unknown_;
    core::TypeId file_id_ = 0;
    bool uses_vitrine_ = false;
};

}  // namespace vitrine::cli
