#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include <capnp/message.h>

namespace vitrine::detail {

/// A message that grows on the heap. Unlike Cap'n Proto's own, which throws a kj::Exception then, it
/// says std::bad_alloc when there is no memory, as everything else here does.
class Message final : public capnp::MessageBuilder {
  public:
    explicit Message(unsigned first_words = 1024) : next_words_(first_words) {}
    /// `first` must be zero, and outlive the message.
    explicit Message(kj::ArrayPtr<capnp::word> first)
        : first_(first), next_words_(static_cast<unsigned>(first.size())) {}
    /// Goes on with a message that `first` holds already; the rest of it must be zero.
    explicit Message(SegmentInit first)
        : MessageBuilder(kj::arrayPtr(&first, 1)),
          next_words_(static_cast<unsigned>(first.space.size())) {}

    kj::ArrayPtr<capnp::word> allocateSegment(unsigned least_words) override {
        if (first_.size() >= least_words && first_.size() != 0) {
            const kj::ArrayPtr<capnp::word> given = first_;
            first_ = nullptr;
            return given;
        }
        constexpr unsigned kMostWords = 1U << 27;
        const unsigned words = std::max(least_words, next_words_);
        segments_.emplace_back();  // before the memory, which it is to free
        void* const memory = std::calloc(words, sizeof(capnp::word));
        if (memory == nullptr) throw std::bad_alloc();
        segments_.back().reset(memory);
        next_words_ = std::min(kMostWords, std::max(next_words_, words) * 2);
        return kj::arrayPtr(static_cast<capnp::word*>(memory), words);
    }

  private:
    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };

    kj::ArrayPtr<capnp::word> first_;
    unsigned next_words_;
    std::vector<std::unique_ptr<void, Free>> segments_;
};

}  // namespace vitrine::detail
