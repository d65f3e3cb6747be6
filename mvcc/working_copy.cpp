#include "mvcc/working_copy.hpp"

#include <algorithm>

#include <capnp/serialize.h>

#include <vitrine/error.hpp>

#include "core/payload.hpp"

namespace vitrine::mvcc {
namespace {

constexpr unsigned kRoomWords = 16;  // for small edits, so that one segment does

std::vector<core::Word> with_room(core::Words payload) {
    std::vector<core::Word> words;
    words.reserve(payload.size() + kRoomWords);
    words.assign(payload.begin(), payload.end());
    words.resize(payload.size() + kRoomWords);
    return words;
}

kj::ArrayPtr<capnp::word> as_segment(std::vector<core::Word>& words) {
    return {reinterpret_cast<capnp::word*>(words.data()), words.size()};
}

}  // namespace

capnp::AnyStruct::Reader read_struct(core::Words payload) {
    return capnp::readMessageUnchecked<capnp::AnyStruct>(
        reinterpret_cast<const capnp::word*>(payload.data()));
}

WorkingCopy::WorkingCopy() : message_(4 * kRoomWords) {}

// A flat payload is a message of one segment.
WorkingCopy::WorkingCopy(core::Words payload)
    : copied_(payload.size()),
      room_(with_room(payload)),
      message_({as_segment(room_), payload.size()}) {}

// Where nothing was allocated since it was copied, and nothing was cut off, it is flat already.
std::optional<std::vector<core::Word>> WorkingCopy::as_it_lies() {
    if (copied_ == 0) return std::nullopt;
    const auto segments = message_.getSegmentsForOutput();
    if (segments.size() != 1 || segments[0].size() != copied_) return std::nullopt;
    const core::Words words = core::Words(room_).first(copied_);
    std::size_t reached = 0;
    if (core::find_payload_fault(words, &reached) != nullptr || reached != copied_)
        return std::nullopt;
    return std::vector<core::Word>(words.begin(), words.end());
}

std::vector<core::Word> WorkingCopy::flatten() {
    try {
        if (auto words = as_it_lies()) return std::move(*words);
        const auto root = message_.getRoot<capnp::AnyPointer>().asReader();
        const capnp::MessageSize size = root.targetSize();
        if (size.capCount != 0) throw UsageError("capabilities cannot be stored");
        std::vector<core::Word> words(size.wordCount + 1);
        capnp::copyToUnchecked(
            root.getAs<capnp::AnyStruct>(),
            kj::arrayPtr(reinterpret_cast<capnp::word*>(words.data()), words.size()));
        // What could not be loaded again must not be committed.
        if (const char* fault = core::find_payload_fault(words))
            throw UsageError(std::string("the object cannot be stored: ") + fault);
        return words;
    } catch (const kj::Exception& error) {
        throw UsageError(std::string("the object cannot be stored: ") +
                         error.getDescription().cStr());
    }
}

bool same_content(core::Words a, core::Words b) {
    if (a.size() == b.size()) return std::equal(a.begin(), a.end(), b.begin());
    // Opening an old record for edit grows its structs to the program's size; compare without the
    // trailing zeros. Only when sizes differ: canonicalising costs more than the rest of a commit.
    const auto canonical = [](core::Words words) { return read_struct(words).canonicalize(); };
    const auto one = canonical(a), other = canonical(b);
    return one.size() == other.size() &&
           std::equal(one.asBytes().begin(), one.asBytes().end(), other.asBytes().begin());
}

}  // namespace vitrine::mvcc
