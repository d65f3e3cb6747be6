#include "bindings/cli/schema_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <capnp/dynamic.h>
#include <capnp/schema-loader.h>
#include <fmt/format.h>

#include "core/schema/vocabulary.hpp"

namespace vitrine::cli {
namespace {

using Field = capnp::schema::Field::Reader;
using core::schema::view_of;

bool in_union(Field field) {
    return field.getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT;
}

class Printer {
  public:
    explicit Printer(const SchemaSet& types) : types_(types) {
        types_.load_into(loader_);  // for default values, which are structs and lists themselves
    }

    std::string run() {
        line("@{:#018x};", types_.file_id());
        line("# Printed by `vitrine schema`. Compile it with Vitrine's include folder as -I.");
        if (types_.uses_vitrine()) {
            line("");
            line("using Vitrine = import \"/vitrine/vitrine.capnp\";");
        }
        for (const core::TypeId id : types_.top_level()) type(id);
        for (const auto& [id, name] : types_.unknown()) {
            line("");
            line("struct {} @{:#018x} {{", name, id);
            line("  # Referred to only: the store never had one, and knows nothing but the id.");
            line("}}");
        }
        return std::move(text_);
    }

  private:
    template <class... Arguments>
    void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        const std::string content = fmt::format(format, std::forward<Arguments>(arguments)...);
        if (!content.empty()) text_ += std::string(2 * depth_, ' ') + content;
        text_ += '\n';
    }

    void type(core::TypeId id) {
        const Node node = *types_.find(id);
        line("");
        if (node.isEnum()) return enumeration(node);
        std::string parameters;
        for (const auto parameter : node.getParameters())
            parameters +=
                fmt::format("{}{}", parameters.empty() ? " (" : ", ", parameter.getName().cStr());
        if (!parameters.empty()) parameters += ")";
        line("struct {} @{:#018x}{}{{", types_.name_of(id), id,
             parameters.empty() ? " " : parameters + " ");
        ++depth_;
        others(node.getAnnotations());
        user_ = id;
        members(node);
        for (const core::TypeId nested : types_.nested_in(id)) type(nested);
        --depth_;
        line("}}");
    }

    void enumeration(Node node) {
        line("enum {} @{:#018x} {{", types_.name_of(node.getId()), node.getId());
        ++depth_;
        others(node.getAnnotations());
        const auto enumerants = node.getEnum().getEnumerants();
        std::vector<unsigned> order(enumerants.size());
        for (unsigned i = 0; i < order.size(); ++i) order[i] = i;
        std::stable_sort(order.begin(), order.end(), [&](unsigned a, unsigned b) {
            return enumerants[a].getCodeOrder() < enumerants[b].getCodeOrder();
        });
        for (const unsigned i : order)
            line("{} @{}{};", enumerants[i].getName().cStr(), i,
                 annotations(enumerants[i].getAnnotations()));
        --depth_;
        line("}}");
    }

    // Fields of a struct or group; its union, which has no name, where its first member stands.
    void members(Node node) {
        bool union_done = false;
        for (const Field field : in_order(node)) {
            if (!in_union(field)) {
                member(node, field);
            } else if (!std::exchange(union_done, true)) {
                line("union {{");
                union_members(node);
                line("}}");
            }
        }
    }

    void union_members(Node node) {
        ++depth_;
        for (const Field field : in_order(node))
            if (in_union(field)) member(node, field);
        --depth_;
    }

    void member(Node owner, Field field) {
        const std::string tail = annotations(field.getAnnotations());
        if (field.isGroup()) return group(field, tail);
        const auto slot = field.getSlot();
        std::string value;
        if (slot.getHadExplicitDefault()) value = " = " + default_of(owner, field);
        line("{} @{} :{}{}{};", field.getName().cStr(), field.getOrdinal().getExplicit(),
             type_text(types_, slot.getType(), user_), value, tail);
        others(field.getAnnotations());
    }

    void group(Field field, const std::string& tail) {
        const auto node = types_.find(field.getGroup().getTypeId());
        if (!node) return;  // the store's types were checked when it was opened
        bool only_union = node->getStruct().getDiscriminantCount() != 0;
        for (const Field inner : node->getStruct().getFields())
            only_union = only_union && in_union(inner);
        // Unions of old files have numbers; the mark says that it is meant.
        const std::string number = field.getOrdinal().isExplicit()
                                       ? fmt::format(" @{}!", field.getOrdinal().getExplicit())
                                       : std::string();
        line("{}{} :{}{} {{", field.getName().cStr(), number, only_union ? "union" : "group", tail);
        if (only_union) {
            union_members(*node);
        } else {
            ++depth_;
            members(*node);
            --depth_;
        }
        line("}}");
    }

    [[nodiscard]] std::string default_of(Node owner, Field field) const {
        const auto schema = loader_.get(owner.getId()).asStruct();
        return default_text(field.getSlot().getDefaultValue(),
                            schema.getFieldByName(field.getName()).getType());
    }

    static std::vector<Field> in_order(Node node) {
        std::vector<Field> fields;
        for (const Field field : node.getStruct().getFields()) fields.push_back(field);
        std::stable_sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) {
            return a.getCodeOrder() < b.getCodeOrder();
        });
        return fields;
    }

    using Annotations = capnp::List<capnp::schema::Annotation>::Reader;
    static std::string annotations(Annotations list) {
        std::string text;
        for (const auto annotation : list) {
            if (annotation.getId() != core::schema::kWasAnnotation) continue;
            const auto value = capnp::DynamicValue::Reader(annotation.getValue().getText());
            text += fmt::format(" $Vitrine.was({})", kj::str(value).cStr());
        }
        return text;
    }

    void others(Annotations list) {
        for (const auto annotation : list)
            if (annotation.getId() != core::schema::kWasAnnotation)
                line("# annotated with {:#018x}", annotation.getId());
    }

    const SchemaSet& types_;
    capnp::SchemaLoader loader_;
    std::string text_;
    std::size_t depth_ = 0;
    core::TypeId user_ = 0;
};

}  // namespace

std::string schema_text(const SchemaSet& types) { return Printer(types).run(); }

}  // namespace vitrine::cli
