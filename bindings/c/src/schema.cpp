#include <algorithm>
#include <vector>

#include <capnp/schema.capnp.h>
#include <capnp/serialize.h>

#include "bindings/c/src/aligned.hpp"
#include "bindings/c/src/given.hpp"
#include "bindings/c/src/handles.hpp"
#include "core/schema/closure.hpp"
#include "core/schema/node.hpp"

namespace vitrine::capi {
namespace {

using capnp::schema::Node;

/// What reading the caller's message throws becomes his error.
template <class F>
auto reading(F&& read) {
    try {
        return read();
    } catch (const kj::Exception& error) {
        if (error.getType() == kj::Exception::Type::OVERLOADED) throw std::bad_alloc();
        throw SchemaError(fmt::format("this is no schema: {}", error.getDescription().cStr()));
    }
}

/// Loads a node of a message that nobody checked.
void load(vitrine_schema& schema, Node::Reader node) {
    // SchemaLoader may not meet a text without its final NUL (core/schema/node.cpp): this reads
    // them all.
    static_cast<void>(kj::str(node));
    schema.loader.load(node);
    schema.given.insert(node.getId());
}

/// Types that mention a kind of type that there is none of show it when a field is asked for it.
void look_through(const vitrine_schema& schema) {
    for (const capnp::Schema& loaded : schema.loader.getAllLoaded()) {
        if (!loaded.getProto().isStruct()) continue;
        for (const auto field : loaded.asStruct().getFields())
            static_cast<void>(field.getType().which());
    }
}

std::unique_ptr<vitrine_schema> parse(const void* request, std::size_t size) {
    const auto words = aligned(request, size, "request");
    auto schema = std::make_unique<vitrine_schema>();
    reading([&] {
        if (size == 0) throw SchemaError("this is no schema: it is empty");
        capnp::ReaderOptions options;
        options.traversalLimitInWords = 4 * words.size() + 10'000;
        capnp::FlatArrayMessageReader message(as_array(words), options);
        const auto nodes = message.getRoot<capnp::schema::CodeGeneratorRequest>().getNodes();
        if (nodes.size() == 0) throw SchemaError("this is no schema: it has no nodes");
        for (const auto node : nodes) load(*schema, node);
        look_through(*schema);
    });
    return schema;
}

std::unique_ptr<vitrine_schema> of_nodes(const vitrine_bytes* nodes, std::size_t count) {
    need(nodes, "nodes");
    auto schema = std::make_unique<vitrine_schema>();
    reading([&] {
        for (std::size_t i = 0; i < count; ++i) {
            const auto words = aligned(nodes[i].data, nodes[i].size, "nodes[].data");
            const auto segment = as_array(words);
            capnp::ReaderOptions options;
            options.traversalLimitInWords = 2 * words.size() + 10'000;
            capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1), options);
            load(*schema, message.getRoot<Node>());
        }
        look_through(*schema);
    });
    return schema;
}

std::uint64_t find_type(const vitrine_schema& schema, std::string_view name) {
    std::uint64_t found = 0;
    for (const capnp::Schema& loaded : schema.loader.getAllLoaded()) {
        const auto node = loaded.getProto();
        if (!schema.given.contains(node.getId()) || !node.isStruct()) continue;
        if (core::schema::short_name(node) != name) continue;
        if (found != 0) throw UsageError(fmt::format("two files have a struct {}", name));
        found = node.getId();
    }
    if (found == 0) throw NotFoundError(fmt::format("the schema has no struct {}", name));
    return found;
}

/// Throws: NotFoundError; SchemaError when something that it is made of was not given.
capnp::StructSchema struct_of(const vitrine_schema& schema, std::uint64_t type) {
    using core::schema::hex_id;
    if (!schema.given.contains(type) || !schema.loader.get(type).getProto().isStruct())
        throw NotFoundError(fmt::format("the schema has no struct {}", hex_id(type)));
    const capnp::StructSchema found = schema.loader.get(type).asStruct();
    for (const auto& part : core::schema::closure_of(found))
        if (!schema.given.contains(part.first))
            throw SchemaError(fmt::format("the schema has no node {}, which {} needs",
                                          hex_id(part.first),
                                          core::schema::short_name(found.getProto())));
    return found;
}

vitrine_types* list_types(mvcc::Store& store) {
    auto given = std::make_unique<Given<vitrine_types>>();
    const auto stored = store.storage().types();
    given->list(given->view.count, given->view.items, stored, [&](const core::StoredType& type) {
        auto* const words = given->array<core::Word>(type.node.size());
        std::copy(type.node.begin(), type.node.end(), words);
        return vitrine_type{type.id,
                            given->text(store.types().name_of(type.id)),
                            {words, type.node.size() * sizeof(core::Word)}};
    });
    return hand_over(std::move(given));
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_schema_parse(const void* request, size_t request_size,
                                    vitrine_schema** schema) {
    return guarded([&] {
        need(schema, "schema");
        *schema = parse(request, request_size).release();
    });
}

vitrine_status vitrine_schema_of_nodes(const vitrine_bytes* nodes, size_t count,
                                       vitrine_schema** schema) {
    return guarded([&] {
        need(schema, "schema");
        *schema = of_nodes(nodes, count).release();
    });
}

void vitrine_schema_free(vitrine_schema* schema) { delete schema; }

vitrine_status vitrine_schema_type(const vitrine_schema* schema, const char* name, uint64_t* type) {
    return guarded([&] {
        need(type, "type");
        *type = find_type(need(schema, "schema"), need_text(name, "name"));
    });
}

vitrine_status vitrine_store_use_type(vitrine_store* store, const vitrine_schema* schema,
                                      uint64_t type) {
    return guarded([&] {
        const Machine machine(store);
        reading([&] { machine->types().check(struct_of(need(schema, "schema"), type)); });
    });
}

vitrine_status vitrine_store_types(const vitrine_store* store, vitrine_types** types) {
    return guarded([&] {
        const Machine machine(store);
        need(types, "types");
        *types = list_types(*machine);
    });
}

}  // extern "C"
