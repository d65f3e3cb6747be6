#include "bindings/cli/record.hpp"

#include <cstring>

#include <capnp/message.h>
#include <fmt/format.h>

#include "bindings/cli/json_value.hpp"
#include "core/payload.hpp"

namespace vitrine::cli {
namespace {

const capnp::word* as_capnp(core::Words words) {
    return reinterpret_cast<const capnp::word*>(words.data());
}

kj::ArrayPtr<capnp::word> as_capnp(Payload& words) {
    return kj::arrayPtr(reinterpret_cast<capnp::word*>(words.data()), words.size());
}

}  // namespace

capnp::DynamicStruct::Reader read_payload(capnp::StructSchema schema, core::Words payload) {
    return capnp::readMessageUnchecked<capnp::AnyPointer>(as_capnp(payload))
        .getAs<capnp::DynamicStruct>(schema);
}

Payload flatten(capnp::AnyStruct::Reader record) {
    Payload words(record.totalSize().wordCount + 1);
    capnp::copyToUnchecked(record, as_capnp(words));
    return words;
}

Payload flatten_pointer(capnp::AnyPointer::Reader pointer) {
    Payload words(pointer.targetSize().wordCount + 1);
    // The words are the builder's first and only segment.
    capnp::MallocMessageBuilder message(as_capnp(words));
    message.setRoot(pointer);
    const auto segments = message.getSegmentsForOutput();
    if (segments.size() != 1) throw JsonError("a pointer leads to more than it says");
    const auto* begin = reinterpret_cast<const core::Word*>(segments[0].begin());
    // A copy: the builder wipes its first segment when it goes.
    return {begin, begin + segments[0].size()};
}

bool same_record(capnp::AnyStruct::Reader a, capnp::AnyStruct::Reader b) {
    const auto left = a.canonicalize();
    const auto right = b.canonicalize();
    return left.size() == right.size() &&
           std::memcmp(left.begin(), right.begin(), left.size() * sizeof(capnp::word)) == 0;
}

Payload checked_payload(std::span<const std::byte> bytes) {
    if (bytes.empty() || bytes.size() % sizeof(core::Word) != 0)
        throw JsonError("a record is whole words of 8 bytes");
    Payload words(bytes.size() / sizeof(core::Word));
    std::memcpy(words.data(), bytes.data(), bytes.size());
    if (const char* fault = core::find_payload_fault(words); fault != nullptr)
        throw JsonError(fmt::format("a record is damaged: {}", fault));
    return words;
}

Payload checked_struct(std::span<const std::byte> bytes) {
    constexpr core::Word kPointerKind = 3;
    Payload words = checked_payload(bytes);
    if ((words.front() & kPointerKind) != 0)
        throw JsonError("a record is damaged: it is no struct");
    return words;
}

core::Words words_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const core::Word*>(bytes.data()), bytes.size() / sizeof(core::Word)};
}

}  // namespace vitrine::cli
