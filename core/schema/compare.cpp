#include "core/schema/compare.hpp"

#include <algorithm>

#include <vitrine/error.hpp>

#include "core/schema/type.hpp"
#include "core/schema/vocabulary.hpp"

namespace vitrine::core::schema {

namespace {

using Field = capnp::schema::Field::Reader;
using Annotations = capnp::List<capnp::schema::Annotation>::Reader;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

bool was(Annotations annotations, std::string_view name) {
    for (const auto annotation : annotations)
        if (annotation.getId() == kWasAnnotation && annotation.getValue().isText() &&
            view_of(annotation.getValue().getText()) == name)
            return true;
    return false;
}

std::string union_text(Field field) {
    const std::uint16_t value = field.getDiscriminantValue();
    if (value == capnp::schema::Field::NO_DISCRIMINANT) return "outside of a union";
    return "member " + std::to_string(value) + " of a union";
}

std::string ordinal_text(Field field) {
    const auto ordinal = field.getOrdinal();
    return ordinal.isExplicit() ? "@" + std::to_string(ordinal.getExplicit()) : "no number";
}

// One struct with its groups, or one enum.
class Comparison {
  public:
    Comparison(const Side& stored, const Side& program) : stored_(stored), program_(program) {}

    Fit run() {
        const std::string name = short_name(stored_.node);
        const auto kind = stored_.node.which();
        if (kind != program_.node.which())
            refuse(name, "it is", stored_.node.isEnum() ? "an enum" : "a struct",
                   program_.node.isEnum() ? "an enum" : "a struct");
        if (stored_.node.isEnum())
            enums(name, stored_.node, program_.node);
        else
            structs(name, stored_.node, program_.node);
        return verdict();
    }

  private:
    [[noreturn]] void refuse(const std::string& place, const std::string& what,
                             const std::string& in_store, const std::string& in_program) const {
        throw SchemaError("schema of type " + hex_id(stored_.node.getId()) + ": " + place + ": " +
                          what + " " + in_store + " in the store, but " + in_program +
                          " in this program");
    }

    Fit verdict() const {
        if (!only_in_store_.empty() && !only_in_program_.empty())
            throw SchemaError("schema of type " + hex_id(stored_.node.getId()) + ": " +
                              only_in_store_ + " is only in the store and " + only_in_program_ +
                              " only in this program: neither continues the other");
        if (!only_in_program_.empty()) return Fit::grown;
        if (!only_in_store_.empty()) return Fit::older_prefix;
        // A newer name is stored too, so that the release after this one need not know the oldest.
        return renamed_ ? Fit::grown : Fit::equal;
    }

    // Fields and enumerants alike: members in their order, which growth only appends to.
    template <class List>
    void extra(const std::string& name, const List& in_store, const List& in_program) {
        const unsigned common = std::min(in_store.size(), in_program.size());
        if (in_store.size() > common && only_in_store_.empty())
            only_in_store_ = member(name, in_store[common].getName());
        if (in_program.size() > common && only_in_program_.empty())
            only_in_program_ = member(name, in_program[common].getName());
    }

    static std::string member(const std::string& name, capnp::Text::Reader field) {
        return name + "." + std::string(view_of(field));
    }

    template <class Member>
    void names(const std::string& place, Member in_store, Member in_program) {
        const std::string_view old_name = view_of(in_store.getName());
        const std::string_view new_name = view_of(in_program.getName());
        if (old_name == new_name) return;
        if (was(in_program.getAnnotations(), old_name))
            renamed_ = true;
        else if (!was(in_store.getAnnotations(), new_name))
            refuse(place, "no $Vitrine.was explains another name: it is", quoted(old_name),
                   quoted(new_name));
    }

    void enums(const std::string& name, Node in_store, Node in_program) {
        const auto old_list = in_store.getEnum().getEnumerants();
        const auto new_list = in_program.getEnum().getEnumerants();
        for (unsigned i = 0; i < std::min(old_list.size(), new_list.size()); ++i)
            names(member(name, old_list[i].getName()), old_list[i], new_list[i]);
        extra(name, old_list, new_list);
    }

    void structs(const std::string& name, Node in_store, Node in_program) {
        const auto old_struct = in_store.getStruct();
        const auto new_struct = in_program.getStruct();
        const auto old_list = old_struct.getFields();
        const auto new_list = new_struct.getFields();
        for (unsigned i = 0; i < std::min(old_list.size(), new_list.size()); ++i)
            fields(member(name, old_list[i].getName()), old_list[i], new_list[i]);
        if (old_struct.getDiscriminantCount() != 0 && new_struct.getDiscriminantCount() != 0 &&
            old_struct.getDiscriminantOffset() != new_struct.getDiscriminantOffset())
            refuse(name, "the union's tag is at offset",
                   std::to_string(old_struct.getDiscriminantOffset()),
                   std::to_string(new_struct.getDiscriminantOffset()));
        extra(name, old_list, new_list);
    }

    void fields(const std::string& place, Field in_store, Field in_program) {
        if (in_store.which() != in_program.which())
            refuse(place, "it is", in_store.isGroup() ? "a group" : "a field",
                   in_program.isGroup() ? "a group" : "a field");
        if (in_store.isSlot()) types(place, in_store.getSlot(), in_program.getSlot());
        position(place, in_store, in_program);
        names(place, in_store, in_program);
        if (in_store.isSlot())
            defaults(place, in_store.getSlot(), in_program.getSlot());
        else
            groups(place, in_store.getGroup().getTypeId(), in_program.getGroup().getTypeId());
    }

    void types(const std::string& place, capnp::schema::Field::Slot::Reader in_store,
               capnp::schema::Field::Slot::Reader in_program) const {
        const TypeReader old_type = in_store.getType();
        const TypeReader new_type = in_program.getType();
        if (same_type(old_type, new_type)) return;
        std::string old_text = type_text(old_type, stored_.find);
        std::string new_text = type_text(new_type, program_.find);
        if (old_text == new_text) {  // two structs of one name
            const auto by_id = [](TypeId) -> std::optional<Node> { return std::nullopt; };
            old_text = type_text(old_type, by_id);
            new_text = type_text(new_type, by_id);
        }
        refuse(place, "its type is", old_text, new_text);
    }

    void position(const std::string& place, Field in_store, Field in_program) const {
        if (ordinal_text(in_store) != ordinal_text(in_program))
            refuse(place, "its number is", ordinal_text(in_store), ordinal_text(in_program));
        if (in_store.getDiscriminantValue() != in_program.getDiscriminantValue())
            refuse(place, "it is", union_text(in_store), union_text(in_program));
        if (in_store.isSlot() && in_store.getSlot().getOffset() != in_program.getSlot().getOffset())
            refuse(place, "its offset is", std::to_string(in_store.getSlot().getOffset()),
                   std::to_string(in_program.getSlot().getOffset()));
    }

    void defaults(const std::string& place, capnp::schema::Field::Slot::Reader in_store,
                  capnp::schema::Field::Slot::Reader in_program) const {
        if (same_value(in_store.getDefaultValue(), in_program.getDefaultValue())) return;
        throw SchemaError("schema of type " + hex_id(stored_.node.getId()) + ": " + place +
                          ": its default value in this program is not the one in the store");
    }

    // By structure: the ids of groups are derived, and a stored group is stored with its struct.
    void groups(const std::string& place, TypeId in_store, TypeId in_program) {
        const auto old_group = stored_.find(in_store);
        const auto new_group = program_.find(in_program);
        if (!old_group || !old_group->isStruct())
            throw CorruptionError("the stored schema lacks the group " + place);
        if (!new_group || !new_group->isStruct())
            throw SchemaError("schema of type " + hex_id(stored_.node.getId()) + ": " + place +
                              ": this program's schema lacks the group");
        structs(place, *old_group, *new_group);
    }

    const Side& stored_;
    const Side& program_;
    std::string only_in_store_;    // the first field that only the store has
    std::string only_in_program_;  // … that only the program has
    bool renamed_ = false;         // the program has a newer name than the store
};

}  // namespace

Fit compare(const Side& stored, const Side& program) { return Comparison(stored, program).run(); }

}  // namespace vitrine::core::schema
