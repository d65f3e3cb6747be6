#include "btree/references.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/key_text.hpp"
#include "btree/snapshot_cursor.hpp"
#include "btree/tree_edits.hpp"
#include "core/payload.hpp"
#include "core/schema/references.hpp"

namespace vitrine::btree {
namespace {

constexpr std::size_t kToldAtOnce = 256;

[[noreturn]] void misfit(const ObjectVersion& holder, const std::string& where,
                         const std::string& what) {
    throw CorruptionError(fmt::format("object #{}{}{} does not fit its type: {}", holder.id().value,
                                      where.empty() ? "" : " at ", where, what),
                          core::to_ref(holder.id()), holder.born());
}

// What reads a record by its schema; an accessor that meets another kind of pointer throws.
template <class Read>
void guarded(const ObjectVersion& holder, const std::string& where, const Read& read) {
    try {
        read();
    } catch (const kj::Exception& error) {
        misfit(holder, where, error.getDescription().cStr());
    }
}

core::Words words_of(const ObjectVersion& holder, ByteSpan value) {
    const core::Words words{reinterpret_cast<const core::Word*>(value.data()),
                            value.size() / sizeof(core::Word)};
    if (const char* fault = core::find_payload_fault(words)) misfit(holder, "", fault);
    return words;
}

ObjectId target_in(const ObjectVersion& holder, ByteSpan value) {
    if (value.size() != sizeof(core::Word)) misfit(holder, "", "a reference is no word");
    return ObjectId{word_of(value)};
}

bool is_plain_name(std::string_view name) {
    return !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front())) &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '_' || c == '-';
           });
}

}  // namespace

std::string entry_text(ObjectId tree, const TreeKind& kind, const KeyBytes& key) {
    const std::string_view name(reinterpret_cast<const char*>(key.data()), key.size());
    if (tree == kCatalog && is_plain_name(name)) return std::string(name);
    return "[" + key_text(kind, ByteSpan(key)) + "]";
}

std::string join_path(const std::string& front, const std::string& back) {
    if (front.empty() || back.empty() || back.front() == '[') return front + back;
    return front + "." + back;
}

const References::Type* References::find_type(core::TypeId type) {
    const auto known = types_.find(type);
    if (known != types_.end()) return known->second ? &*known->second : nullptr;
    std::optional<Type> found;
    if (auto stored = snapshot_.store().types().find(type)) {
        const bool refers = core::schema::may_refer(stored->schema);
        found = Type{std::move(*stored), refers};
    }
    const auto& kept = types_.emplace(type, std::move(found)).first->second;
    return kept ? &*kept : nullptr;
}

const References::Type& References::type_of(const ObjectVersion& holder, core::TypeId type) {
    if (const Type* found = find_type(type)) return *found;
    throw CorruptionError(fmt::format("object #{} is of a type that the store does not know: {:#x}",
                                      holder.id().value, type),
                          core::to_ref(holder.id()), holder.born());
}

bool References::targets(ObjectId of, Targets sink) {
    const VersionHandle version = snapshot_.find(of);
    if (!version) return false;
    if (is_part_of_tree(version->type())) return true;
    if (version->type() == kTreeHeaderType) {
        tree_targets(version, sink);
        return true;
    }
    const Type& type = type_of(*version, version->type());
    std::vector<ObjectId> found;
    if (type.refers)
        guarded(*version, "", [&] {
            core::schema::visit_targets(type.stored.schema, version->payload(),
                                        [&](ObjectId target) { found.push_back(target); });
        });
    sink(found);
    return true;
}

void References::tree_targets(const VersionHandle& header, Targets sink) {
    const auto& view = header->aux<TreeHeaderView>();
    const ValueKind kind = value_kind_of(kind_of(view));
    if (kind.what == ValueKind::plain || view.count == 0) return;
    const Type* type = nullptr;
    if (kind.what == ValueKind::structure) {
        type = &type_of(*header, kind.type);
        if (!type->refers) return;
    }
    std::vector<ObjectId> found;
    std::size_t entries = 0;
    for (SnapshotCursor cursor(snapshot_, state_of(view), {}); cursor.valid(); cursor.step()) {
        const ByteSpan value = cursor.value();
        if (type == nullptr) {
            if (const ObjectId target = target_in(*header, value)) found.push_back(target);
        } else {
            guarded(*header, "", [&] {
                core::schema::visit_targets(type->stored.schema, words_of(*header, value),
                                            [&](ObjectId target) { found.push_back(target); });
            });
        }
        if (++entries % kToldAtOnce != 0 && found.size() < kToldAtOnce) continue;
        sink(found);
        found.clear();
    }
    sink(found);
}

bool References::visit(ObjectId of, Sink sink) {
    const VersionHandle version = snapshot_.find(of);
    if (!version) return false;
    if (is_part_of_tree(version->type())) return true;
    if (version->type() == kTreeHeaderType) {
        visit_tree(version, sink);
    } else {
        visit_struct(of, *version, version->type(), version->payload(), "", sink);
    }
    return true;
}

void References::visit_struct(ObjectId from, const ObjectVersion& holder, core::TypeId type,
                              core::Words payload, const std::string& prefix, Sink sink) {
    const Type& known = type_of(holder, type);
    if (!known.refers) return;
    guarded(holder, prefix, [&] {
        core::schema::visit_references(
            known.stored.schema, payload,
            [&](ObjectId target, core::TypeId expected, bool is_tree, const std::string& path) {
                sink({target, expected, is_tree, from, holder.born(), join_path(prefix, path)});
            });
    });
}

void References::visit_tree(const VersionHandle& header, Sink sink) {
    const auto& view = header->aux<TreeHeaderView>();
    const TreeKind tree_kind = kind_of(view);
    const ValueKind kind = value_kind_of(tree_kind);
    if (kind.what == ValueKind::plain) return;
    for (SnapshotCursor cursor(snapshot_, state_of(view), {}); cursor.valid(); cursor.step()) {
        const ByteSpan value = cursor.value();
        const ValueHold hold = cursor.hold_value();
        const std::string path = entry_text(header->id(), tree_kind, cursor.key_copy());
        if (kind.what == ValueKind::structure) {
            visit_struct(header->id(), *hold.version, kind.type, words_of(*hold.version, value),
                         path, sink);
        } else if (const ObjectId target = target_in(*hold.version, value)) {
            sink({target, kind.type, kind.what == ValueKind::tree, header->id(),
                  hold.version->born(), path});
        }
    }
}

}  // namespace vitrine::btree
