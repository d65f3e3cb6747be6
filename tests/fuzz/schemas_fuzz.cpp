#include <capnp/message.h>
#include <capnp/schema.h>

#include <vitrine/error.hpp>

#include "core/payload.hpp"
#include "core/schema/references.hpp"
#include "core/schema/registry.hpp"
#include "tests/bindings/cli/everything.capnp.h"
#include "tests/fuzz/target.hpp"
#include "tests/fuzz/touch_record.hpp"

// Stored schema nodes. What the registry takes can be used: looked up, compared with a program's
// types, and records can be read by it, also such as were made by other types.

namespace {

using namespace vitrine;
using namespace vitrine::core;
namespace stored = vitrine::core::schema;
using everything::Item;
using fuzz::require;

const std::vector<StoredType>& sound_types() {
    static const std::vector<StoredType> types = [] {
        stored::Registry registry({});
        registry.check(capnp::Schema::from<Item>());
        return registry.take_pending();
    }();
    return types;
}

const std::vector<Word>& sample_record() {
    static const std::vector<Word> words = [] {
        capnp::MallocMessageBuilder message;
        auto item = message.initRoot<Item>();
        item.setText("text");
        item.initChildren(2)[1].initNext().setId(20);
        item.initLedger().setId(21);
        item.initNumbers(3);
        item.initTexts(2);
        std::vector<Word> flat(item.asReader().totalSize().wordCount + 1);
        capnp::copyToUnchecked(
            item.asReader(),
            kj::arrayPtr(reinterpret_cast<capnp::word*>(flat.data()), flat.size()));
        return flat;
    }();
    return words;
}

/// Sound types, of which the input replaces some: [id][words of the node] … .
std::vector<StoredType> stored_types(fuzz::Input& input) {
    std::vector<StoredType> types;
    if (input.number<std::uint8_t>() % 2 == 0) types = sound_types();
    while (input.left() > 10) {
        StoredType type{input.number<TypeId>(), {}};
        const std::size_t words = input.number<std::uint16_t>();
        const auto bytes = input.bytes(words * sizeof(Word));
        type.node.resize(bytes.size() / sizeof(Word));
        if (!type.node.empty())
            std::memcpy(type.node.data(), bytes.data(), type.node.size() * sizeof(Word));
        std::erase_if(types, [&](const StoredType& one) { return one.id == type.id; });
        types.push_back(std::move(type));
    }
    return types;
}

void read_with(const stored::StoredSchema& stored) {
    static_cast<void>(stored::may_refer(stored.schema));
    const std::vector<Word>& words = sample_record();
    const auto any = capnp::readMessageUnchecked<capnp::AnyPointer>(
        reinterpret_cast<const capnp::word*>(words.data()));
    try {
        fuzz::TouchRecord().all(any.getAs<capnp::DynamicStruct>(stored.schema));
        stored::visit_references(stored.schema, words,
                                 [](ObjectId, TypeId, bool, const std::string&) {});
    } catch (const kj::Exception&) {
        return;  // a record of another type; who reads it says so
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::vector<StoredType> types = stored_types(input);
    try {
        stored::Registry registry(types);
        for (const StoredType& type : types) {
            const std::vector<Word> copy = stored::checked_copy(type);
            require(stored::checked_copy({type.id, copy}) == copy, "a checked node changes again");
            static_cast<void>(registry.name_of(type.id));
            if (const auto found = registry.find(type.id)) read_with(*found);
        }
        try {
            registry.check(capnp::Schema::from<Item>());
        } catch (const SchemaError&) {
            return 0;  // the program's type is another one
        }
        require(registry.find(capnp::typeId<Item>()).has_value(), "an accepted type is not known");
    } catch (const CorruptionError&) {
        return 0;  // said in words
    }
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    std::vector<Bytes> inputs;
    for (const StoredType& type : sound_types()) {
        const auto words = static_cast<std::uint16_t>(type.node.size());
        inputs.push_back({0});
        append(inputs.back(), &type.id, sizeof type.id);
        append(inputs.back(), &words, sizeof words);
        append(inputs.back(), type.node);
    }
    return inputs;
}
