#include "bindings/cli/path.hpp"

#include <charconv>

#include <fmt/format.h>
#include <kj/exception.h>

#include <vitrine/error.hpp>

#include "bindings/cli/command_line.hpp"
#include "bindings/cli/key_json.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/struct_json.hpp"
#include "btree/value_kind.hpp"
#include "core/schema/node.hpp"
#include "mvcc/store.hpp"

namespace vitrine::cli {
namespace {

using core::schema::view_of;

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    if (text.empty() || result.ec != std::errc() || result.ptr != end) return std::nullopt;
    return number;
}

class Walk {
  public:
    explicit Walk(const mvcc::Snapshot& snapshot) : snapshot_(snapshot) {}

    Place run(std::string_view path) {
        const std::vector<std::string> steps = split_path(path);
        start(path, steps.front());
        for (std::size_t i = 1; i < steps.size(); ++i) {
            where_ = fmt::format("{}/{}", where_, steps[i]);
            step(steps[i]);
        }
        return std::move(at_);
    }

  private:
    [[noreturn]] void lost(const std::string& why) const {
        throw NotFoundError(fmt::format("{}: {}", where_, why));
    }

    void start(std::string_view path, const std::string& first) {
        where_ = first;
        // By the path as it was given: a root whose name begins so is written %23 or %40.
        if (path.front() == '#' || path.front() == '@') {
            const auto id = number_of<std::uint64_t>(std::string_view(first).substr(1));
            if (!id) throw WrongUsage(fmt::format("{} is no object id like #12", first));
            go_to(core::ObjectId{*id});
            if (std::holds_alternative<Place::Nothing>(at_.what)) lost("there is no such object");
            return;
        }
        const auto root = btree::find_root(snapshot_, first);
        if (!root) lost("there is no such root");
        go_to(root->id);
    }

    void go_to(core::ObjectId id) {
        if (const auto kind = btree::kind_of(snapshot_, id)) {
            at_.what = Place::Tree{btree::open_tree(snapshot_, id, *kind)};
            return;
        }
        if (auto version = snapshot_.find(id); version)
            at_.what = Place::Object{id, std::move(version)};
        else
            at_.what = Place::Nothing{id};
    }

    void step(const std::string& name) {
        if (const auto* tree = std::get_if<Place::Tree>(&at_.what)) {
            step_into_tree(*tree->reader, name);
        } else if (const auto* object = std::get_if<Place::Object>(&at_.what)) {
            step_into_struct(record_of(object->version->type(), object->version->payload(),
                                       std::make_shared<mvcc::VersionHandle>(object->version)),
                             name);
        } else if (const auto* part = std::get_if<Place::Part>(&at_.what)) {
            step_into_part(*part, name);
        } else if (const auto* nothing = std::get_if<Place::Nothing>(&at_.what)) {
            lost(nothing->target ? fmt::format("#{} is not there", nothing->target.value)
                                 : "the reference refers to nothing");
        } else {
            lost("a plain value has no parts");
        }
    }

    void step_into_tree(const btree::TreeReader& tree, const std::string& name) {
        const btree::KeyBytes key = parse(tree, name);
        const auto value = tree.find(key);
        if (!value) lost("there is no such key");
        const std::string kind = tree.kind().value;
        if (refers(kind)) {
            const auto target = reference_in(kind, value->bytes);
            target ? go_to(*target) : void(at_.what = Place::Nothing{});
        } else if (const core::TypeId type = btree::struct_in(kind); type != 0) {
            auto payload = std::make_shared<Payload>(checked_struct(value->bytes));
            const core::Words words = *payload;
            const auto record = record_of(type, words, std::move(payload));
            at_.what = Place::Part{record, record.getSchema()};
        } else {
            std::vector<std::byte> bytes(value->bytes.begin(), value->bytes.end());
            at_.what = Place::Scalar{kind, std::move(bytes)};
        }
    }

    [[nodiscard]] btree::KeyBytes parse(const btree::TreeReader& tree,
                                        const std::string& name) const {
        try {
            return parse_key(tree.kind().key, name);
        } catch (const JsonError& error) {
            lost(fmt::format("no key of kind {}: {}", tree.kind().key, error.what()));
        }
    }

    static bool refers(std::string_view kind) {
        return kind.substr(0, 4) == "ref " || kind.substr(0, 5) == "tree ";
    }

    capnp::DynamicStruct::Reader record_of(core::TypeId type, core::Words words,
                                           std::shared_ptr<const void> holder) {
        const auto stored = snapshot_.store().types().find(type);
        if (!stored) lost(fmt::format("type {} is not known", core::schema::hex_id(type)));
        at_.held.push_back(std::move(holder));
        at_.held.push_back(stored->loader);
        return read_payload(stored->schema, words);
    }

    void step_into_part(const Place::Part& part, const std::string& name) {
        if (part.type.isStruct())
            step_into_struct(part.value.as<capnp::DynamicStruct>(), name);
        else if (part.type.isList())
            step_into_list(part.value.as<capnp::DynamicList>(), name);
        else
            lost("a plain value has no parts");
    }

    void step_into_struct(capnp::DynamicStruct::Reader record, const std::string& name) {
        const auto schema = record.getSchema();
        KJ_IF_MAYBE (field, schema.findFieldByName(name.c_str())) {
            if (field->getProto().getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT) {
                const auto active = record.which();
                KJ_IF_MAYBE (chosen, active) {
                    if (*chosen != *field)
                        lost(fmt::format("the union has \"{}\"",
                                         chosen->getProto().getName().cStr()));
                } else {
                    lost("the union has a member that the schema does not know");
                }
            }
            arrive(record.get(*field), field->getType());
            return;
        }
        std::string names;
        for (const auto field : schema.getFields())
            names += fmt::format(" {}", field.getProto().getName().cStr());
        lost(fmt::format("{} has no such field; it has{}",
                         core::schema::short_name(schema.getProto()), names));
    }

    void step_into_list(capnp::DynamicList::Reader list, const std::string& name) {
        const auto index = number_of<unsigned>(name);
        if (!index || *index >= list.size())
            lost(fmt::format("the list has {} elements, the first is 0", list.size()));
        arrive(list[*index], list.getSchema().getElementType());
    }

    // A part may be a reference, which leads on.
    void arrive(capnp::DynamicValue::Reader value, capnp::Type type) {
        if (type.isStruct() && is_reference(type.asStruct())) {
            const core::ObjectId id{reference_id(value.as<capnp::DynamicStruct>())};
            id ? go_to(id) : void(at_.what = Place::Nothing{});
            return;
        }
        at_.what = Place::Part{value, type};
    }

    const mvcc::Snapshot& snapshot_;
    Place at_;
    std::string where_;  // for messages
};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

}  // namespace

std::vector<std::string> split_path(std::string_view path) {
    if (path.empty()) throw WrongUsage("a path begins with a root name or an object id like #12");
    std::vector<std::string> steps(1);
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '/') {
            steps.emplace_back();
        } else if (path[i] == '%') {
            const int high = i + 2 < path.size() ? hex_digit(path[i + 1]) : -1;
            const int low = i + 2 < path.size() ? hex_digit(path[i + 2]) : -1;
            if (high < 0 || low < 0)
                throw WrongUsage(fmt::format("{}: write %25 for a percent sign", path));
            steps.back() += static_cast<char>(16 * high + low);
            i += 2;
        } else {
            steps.back() += path[i];
        }
    }
    return steps;
}

Place follow_path(const mvcc::Snapshot& snapshot, std::string_view path) {
    try {
        return Walk(snapshot).run(path);
    } catch (const kj::Exception& error) {
        throw NotFoundError(fmt::format("{}: {}", path, error.getDescription().cStr()));
    }
}

std::shared_ptr<const btree::TreeReader> follow_to_tree(const mvcc::Snapshot& snapshot,
                                                        std::string_view path) {
    const Place place = follow_path(snapshot, path);
    const auto* tree = std::get_if<Place::Tree>(&place.what);
    if (tree == nullptr) throw TypeError(fmt::format("{} is no tree; try `vitrine get`", path));
    return tree->reader;
}

void write_place(JsonWriter& out, const mvcc::Snapshot& snapshot, const Place& place) {
    const auto& types = snapshot.store().types();
    if (const auto* object = std::get_if<Place::Object>(&place.what)) {
        write_object(out, types, object->version->type(), object->version->payload(),
                     Exactness::shown);
    } else if (const auto* tree = std::get_if<Place::Tree>(&place.what)) {
        out.begin_object();
        out.key("tree").string(fmt::format("#{}", tree->reader->id()));
        out.key("key").string(tree->reader->kind().key);
        out.key("value").string(tree->reader->kind().value);
        out.key("entries").number(tree->reader->size());
        out.end_object();
    } else if (const auto* part = std::get_if<Place::Part>(&place.what)) {
        write_dynamic(out, part->value, part->type);
    } else if (const auto* scalar = std::get_if<Place::Scalar>(&place.what)) {
        write_value(out, types, scalar->kind, scalar->bytes, Exactness::shown);
    } else {
        const core::ObjectId target = std::get<Place::Nothing>(place.what).target;
        target ? out.string(fmt::format("#{}", target.value)) : out.null();
    }
}

}  // namespace vitrine::cli
