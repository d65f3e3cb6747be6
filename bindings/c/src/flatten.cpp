#include <capnp/any.h>
#include <capnp/serialize.h>

#include "bindings/c/src/aligned.hpp"
#include "bindings/c/src/given.hpp"
#include "bindings/c/src/record.hpp"

namespace vitrine::capi {
namespace {

vitrine_words* flatten(const void* message, std::size_t size) {
    const auto words = aligned(message, size, "message");
    auto given = std::make_unique<Given<vitrine_words>>();
    try {
        capnp::ReaderOptions options;
        options.traversalLimitInWords = 4 * words.size() + 10'000;
        if (size == 0) throw UsageError("this is no message of a struct: it is empty");
        capnp::FlatArrayMessageReader reader(as_array(words), options);
        const auto root = reader.getRoot<capnp::AnyStruct>();
        const std::size_t count = root.totalSize().wordCount + 1;
        auto* const flat = given->array<std::uint64_t>(count);
        capnp::copyToUnchecked(root, kj::arrayPtr(reinterpret_cast<capnp::word*>(flat), count));
        checked_words(flat, count, "message");
        given->view = {count, flat};
    } catch (const kj::Exception& error) {
        if (error.getType() == kj::Exception::Type::OVERLOADED) throw std::bad_alloc();
        throw UsageError(
            fmt::format("this is no message of a struct: {}", error.getDescription().cStr()));
    }
    return hand_over(std::move(given));
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" vitrine_status vitrine_flatten(const void* message, size_t message_size,
                                          vitrine_words** words) {
    return guarded([&] {
        need(words, "words");
        *words = flatten(message, message_size);
    });
}
