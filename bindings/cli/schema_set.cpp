#include "bindings/cli/schema_set.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/schema/vocabulary.hpp"

namespace vitrine::cli {
namespace {

constexpr core::TypeId kOwnFile = 0xb7a1f3c95d20e486;  // when there is no type that came from one

bool is_vocabulary(core::TypeId id) {
    return id == core::schema::kRefType || id == core::schema::kTreeRefType;
}

bool is_group(Node node) { return node.isStruct() && node.getStruct().getIsGroup(); }

// The last part of "books.capnp:Outer.Inner".
std::string last_name(Node node) {
    const std::string name = core::schema::short_name(node);
    return name.substr(name.rfind('.') + 1);
}

}  // namespace

SchemaSet::SchemaSet(const std::vector<core::StoredType>& stored) {
    for (const core::StoredType& type : stored)
        nodes_.emplace(type.id, core::schema::checked_copy(type));
    name_types();
    for (const auto& entry : nodes_) look_into(core::schema::node_of(entry.second));
    for (const core::TypeId id : top_level())
        if (file_id_ == 0) file_id_ = find(id)->getScopeId();
    if (file_id_ == 0 || find(file_id_)) file_id_ = kOwnFile;
}

std::optional<Node> SchemaSet::find(core::TypeId id) const {
    const auto found = nodes_.find(id);
    if (found == nodes_.end()) return std::nullopt;
    return core::schema::node_of(found->second);
}

void SchemaSet::load_into(capnp::SchemaLoader& loader) const {
    for (const auto& entry : nodes_) loader.loadOnce(core::schema::node_of(entry.second));
}

core::TypeId SchemaSet::scope_of(core::TypeId id) const {
    auto node = find(id);
    while (node) {
        const core::TypeId scope = node->getScopeId();
        node = find(scope);
        if (node && !is_group(*node)) return scope;
    }
    return 0;
}

std::vector<core::TypeId> SchemaSet::nested_in(core::TypeId scope) const {
    std::vector<core::TypeId> found;
    for (const auto& [id, name] : names_)
        if (scope_of(id) == scope) found.push_back(id);
    std::sort(found.begin(), found.end(),
              [&](core::TypeId a, core::TypeId b) { return names_.at(a) < names_.at(b); });
    return found;
}

// Two files may have had the same name.
void SchemaSet::name_types() {
    std::map<core::TypeId, std::set<std::string>> taken;
    taken[0].insert("Vitrine");
    for (const auto& [id, words] : nodes_) {
        const Node node = core::schema::node_of(words);
        if (is_group(node) || is_vocabulary(id)) continue;
        const std::string plain = last_name(node);
        std::string name = plain;
        for (int i = 2; !taken[scope_of(id)].insert(name).second; ++i)
            name = fmt::format("{}{}", plain, i);
        names_.emplace(id, name);
    }
}

void SchemaSet::look_into(Node node) {
    const auto annotated = [&](auto list) {
        for (const auto annotation : list)
            uses_vitrine_ |= annotation.getId() == core::schema::kWasAnnotation;
    };
    if (is_vocabulary(node.getId())) return;
    if (node.isEnum()) {
        for (const auto enumerant : node.getEnum().getEnumerants())
            annotated(enumerant.getAnnotations());
        return;
    }
    for (const auto field : node.getStruct().getFields()) {
        annotated(field.getAnnotations());
        if (field.isSlot()) look_at(field.getSlot().getType());
    }
}

void SchemaSet::look_at(core::schema::TypeReader type) {
    if (type.isList()) return look_at(type.getList().getElementType());
    if (type.isEnum() && !find(type.getEnum().getTypeId())) {
        const core::TypeId id = type.getEnum().getTypeId();
        unknown_.emplace(id, fmt::format("Unknown{:016x}", id));
    }
    if (!type.isStruct()) return;
    const core::TypeId id = type.getStruct().getTypeId();
    if (is_vocabulary(id))
        uses_vitrine_ = true;
    else if (!find(id))
        unknown_.emplace(id, fmt::format("Unknown{:016x}", id));
    look_at(type.getStruct().getBrand());
}

void SchemaSet::look_at(core::schema::BrandReader brand) {
    for (const auto scope : brand.getScopes()) {
        if (!scope.isBind()) continue;
        for (const auto bound : scope.getBind())
            if (bound.isType()) look_at(bound.getType());
    }
}

}  // namespace vitrine::cli
