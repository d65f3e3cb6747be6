#include <algorithm>
#include <string>

#include <fmt/format.h>

#include <vitrine/detail/flat_words.hpp>
#include <vitrine/error.hpp>

namespace vitrine::detail {

BytesView FlatWords::flatten(capnp::AnyStruct::Reader source) {
    try {
        const capnp::MessageSize size = source.totalSize();
        if (size.capCount != 0)
            throw UsageError("a struct that holds a capability cannot be stored");
        const std::size_t words = size.wordCount + 1;
        std::uint64_t* place = small_.data();
        if (words > small_.size()) {
            large_ = std::make_unique<std::uint64_t[]>(words);
            place = large_.get();
        } else {
            std::fill_n(place, words, 0);  // copyToUnchecked wants zeros
        }
        capnp::copyToUnchecked(source, kj::arrayPtr(reinterpret_cast<capnp::word*>(place), words));
        return std::as_bytes(std::span(place, words));
    } catch (const kj::Exception& error) {
        throw UsageError(
            fmt::format("this struct cannot be stored: {}", error.getDescription().cStr()));
    }
}

}  // namespace vitrine::detail
