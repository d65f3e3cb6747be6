#include "core/schema/node.hpp"

#include <cstdio>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>
#include <kj/string.h>

#include <vitrine/detail/message.hpp>
#include <vitrine/error.hpp>

namespace vitrine::core::schema {

namespace {

static_assert(sizeof(capnp::word) == sizeof(Word));

const capnp::word* as_capnp(const Word* words) {
    return reinterpret_cast<const capnp::word*>(words);
}

std::vector<Word> flat_words(Node node) {
    std::vector<Word> words(node.totalSize().wordCount + 1);  // zeroed, as copyToUnchecked wants it
    capnp::copyToUnchecked(
        node, kj::arrayPtr(reinterpret_cast<capnp::word*>(words.data()), words.size()));
    return words;
}

}  // namespace

std::string_view view_of(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

std::vector<Word> flatten(Node node) {
    const std::string name(view_of(node.getDisplayName()));
    const std::size_t slash = name.rfind('/');
    if (slash == std::string::npos) return flat_words(node);

    const auto cut = static_cast<std::uint32_t>(slash + 1);
    const std::uint32_t prefix = node.getDisplayNamePrefixLength();
    detail::Message message;
    message.setRoot(node);
    auto copy = message.getRoot<capnp::schema::Node>();
    copy.setDisplayName(name.c_str() + cut);
    copy.setDisplayNamePrefixLength(prefix < cut ? 0 : prefix - cut);
    return flat_words(copy.asReader());
}

std::vector<Word> checked_copy(const StoredType& type) {
    const auto damaged = [&](const std::string& what) {
        return CorruptionError("the stored schema of type " + hex_id(type.id) +
                               " is damaged: " + what);
    };
    try {
        const kj::ArrayPtr<const capnp::word> segment(as_capnp(type.node.data()), type.node.size());
        // Lists of structs without size take no room: the limit bounds what they could make of a few
        // words, here and wherever the copy is read.
        capnp::ReaderOptions options;
        options.traversalLimitInWords = 2 * type.node.size() + 10'000;
        capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&segment, 1), options);
        // A checked deep copy follows every pointer, and leaves far pointers behind, which
        // unchecked readers could not follow.
        detail::Message copy;
        copy.setRoot(reader.getRoot<capnp::schema::Node>());
        const Node node = copy.getRoot<capnp::schema::Node>().asReader();
        if (node.getId() != type.id) throw damaged("it says that it is " + hex_id(node.getId()));
        if (!node.isStruct() && !node.isEnum()) throw damaged("it is neither struct nor enum");
        // Reads every text once. SchemaLoader may not meet a text without its final NUL: it builds
        // its message with the name that it failed to read, again and again until the stack ends.
        static_cast<void>(kj::str(node));
        return flat_words(node);
    } catch (const kj::Exception& failure) {
        if (failure.getType() == kj::Exception::Type::OVERLOADED) throw std::bad_alloc();
        throw damaged(failure.getDescription().cStr());
    }
}

Node node_of(Words words) {
    return capnp::readMessageUnchecked<capnp::schema::Node>(as_capnp(words.data()));
}

std::string short_name(Node node) {
    const std::string_view name = view_of(node.getDisplayName());
    const std::size_t colon = name.rfind(':');
    return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
}

std::string hex_id(TypeId id) {
    char text[2 + 16 + 1];
    std::snprintf(text, sizeof text, "0x%016llx", static_cast<unsigned long long>(id));
    return text;
}

}  // namespace vitrine::core::schema
