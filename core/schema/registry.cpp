#include "core/schema/registry.hpp"

#include <kj/exception.h>

#include <vitrine/error.hpp>

#include "core/schema/compare.hpp"
#include "core/schema/retarget.hpp"

namespace vitrine::core::schema {

Registry::Registry(const std::vector<StoredType>& stored) {
    for (const StoredType& type : stored) known_.insert_or_assign(type.id, checked_copy(type));
    // Loading validates what bounds checks cannot: kinds, names, offsets.
    try {
        loader_ = load(known_);
    } catch (const kj::Exception& failure) {
        if (failure.getType() == kj::Exception::Type::OVERLOADED) throw std::bad_alloc();
        throw CorruptionError(std::string("the stored schemas are damaged: ") +
                              failure.getDescription().cStr());
    }
}

void Registry::check(capnp::StructSchema program) {
    const Closure closure = closure_of(program);
    const std::lock_guard lock(mutex_);
    // Flattened before anything is touched: R2 holds when memory runs out, too.
    Nodes fresh;
    for (const TypeId id : changed_by(closure)) fresh.emplace(id, flatten(closure.at(id)));
    if (fresh.empty()) return;
    std::set<TypeId> pending = pending_;
    Nodes known = known_;
    for (auto& [id, words] : fresh) {
        pending.insert(id);
        known.insert_or_assign(id, std::move(words));
    }
    known_.swap(known);
    pending_.swap(pending);
    loader_.reset();
}

void Registry::retarget(TypeId from, TypeId to) {
    const std::lock_guard lock(mutex_);
    Nodes known = known_;
    std::set<TypeId> pending = pending_;
    for (auto& [id, words] : known) {
        const Node node = node_of(words);
        if (id == from || (node.isStruct() && node.getScopeId() == from)) continue;
        if (auto changed = retargeted(node, from, to)) {
            words = std::move(*changed);
            pending.insert(id);
        }
    }
    known_.swap(known);
    pending_.swap(pending);
    loader_.reset();
}

bool Registry::has_pending() const {
    const std::lock_guard lock(mutex_);
    return !pending_.empty();
}

std::vector<StoredType> Registry::take_pending() {
    const std::lock_guard lock(mutex_);
    std::vector<StoredType> taken;
    for (const TypeId id : pending_) taken.push_back(StoredType{id, known_.at(id)});
    taken_.merge(pending_);
    pending_.clear();
    return taken;
}

void Registry::restore_pending(const std::vector<StoredType>& taken) noexcept {
    const std::lock_guard lock(mutex_);
    for (const StoredType& type : taken) {
        auto node = taken_.extract(type.id);
        if (!node.empty() && known_.contains(type.id)) pending_.insert(std::move(node));
    }
}

std::string Registry::name_of(TypeId id) const {
    const std::lock_guard lock(mutex_);
    const auto node = find_node(id);
    return node ? short_name(*node) : hex_id(id);
}

std::optional<StoredSchema> Registry::find(TypeId id) const {
    const std::lock_guard lock(mutex_);
    const auto node = find_node(id);
    if (!node || !node->isStruct()) return std::nullopt;
    if (!loader_) loader_ = load(known_);
    return StoredSchema{loader_, loader_->get(id).asStruct()};
}

std::shared_ptr<const capnp::SchemaLoader> Registry::load(const Nodes& nodes) {
    auto loader = std::make_shared<capnp::SchemaLoader>();
    for (const auto& entry : nodes) loader->load(node_of(entry.second));
    // What validation leaves: a kind of type that there is none of shows when a field is asked for it.
    for (const auto& entry : nodes) {
        const auto schema = loader->get(entry.first);
        if (!schema.getProto().isStruct()) continue;
        for (const auto field : schema.asStruct().getFields())
            static_cast<void>(field.getType().which());
    }
    return loader;
}

std::optional<Node> Registry::find_node(TypeId id) const {
    const auto found = known_.find(id);
    if (found == known_.end()) return std::nullopt;
    return node_of(found->second);
}

// New and grown types, with their groups: a group changes with its struct.
std::vector<TypeId> Registry::changed_by(const Closure& program) const {
    const auto in_store = [&](TypeId id) { return find_node(id); };
    const auto in_program = [&](TypeId id) -> std::optional<Node> {
        const auto found = program.find(id);
        // The target of a Ref is not of the closure, but messages should have its name.
        return found == program.end() ? find_node(id) : found->second;
    };
    std::vector<TypeId> changed;
    const auto is_group = [](Node node) {
        return node.isStruct() && node.getStruct().getIsGroup();
    };
    const auto add = [&](auto& self, Node node) -> void {
        changed.push_back(node.getId());
        if (!node.isStruct()) return;
        for (const auto field : node.getStruct().getFields())
            if (field.isGroup()) self(self, program.at(field.getGroup().getTypeId()));
    };
    for (const auto& entry : program) {
        if (is_group(entry.second)) continue;
        const auto stored = in_store(entry.first);
        const Side ours{entry.second, in_program};
        if (!stored || compare(Side{*stored, in_store}, ours) == Fit::grown) add(add, entry.second);
    }
    return changed;
}

}  // namespace vitrine::core::schema
