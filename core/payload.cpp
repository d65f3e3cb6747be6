#include "core/payload.hpp"

#include <bit>
#include <initializer_list>

namespace vitrine::core {
namespace {

static_assert(std::endian::native == std::endian::little, "the wire format is read as it lies");

enum Kind : unsigned { kStruct = 0, kList = 1 };

constexpr std::uint64_t bits(Word word, unsigned from, unsigned count) {
    return (word >> from) & ((std::uint64_t{1} << count) - 1);
}

/// Invariant: words entered so far, `used_`, never pass the payload's size. In a tree without
/// shared targets each word is entered once, so this alone bounds the time, whatever the pointers.
class Walk {
  public:
    explicit Walk(Words payload) : payload_(payload) {}

    const char* pointer(std::size_t at, unsigned depth) {
        const Word word = payload_[at];
        if (word == 0) return nullptr;
        if (depth == 0) return "it is nested too deeply";
        switch (bits(word, 0, 2)) {
            case kStruct: return structure(at, word, depth - 1);
            case kList: return list(at, word, depth - 1);
            default: return "it holds a far pointer or a capability";
        }
    }

    [[nodiscard]] std::size_t reached() const { return used_; }

    bool enter(std::uint64_t words) {
        if (words > payload_.size() - used_) return false;
        used_ += words;
        return true;
    }

  private:
    static constexpr const char* kOutside = "a pointer leads outside of it";
    static constexpr const char* kShared = "two pointers lead to the same words";
    static constexpr const char* kEmpty = "its lists have too many elements of no size";

    bool enter_empty(std::uint64_t count) {
        if (count > kMaxEmptyElements - empty_) return false;
        empty_ += count;
        return true;
    }

    /// True when `count` words from the pointer's target on lie inside; sets `target`.
    bool locate(std::size_t at, Word word, std::uint64_t count, std::size_t& target) const {
        const auto offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(word)) >> 2;
        const auto start = static_cast<std::int64_t>(at) + 1 + offset;
        if (start < 0) return false;
        target = static_cast<std::size_t>(start);
        return target <= payload_.size() && count <= payload_.size() - target;
    }

    const char* pointers(std::size_t from, std::uint64_t count, unsigned depth) {
        for (std::size_t at = from; at < from + count; ++at) {
            if (const char* fault = pointer(at, depth)) return fault;
        }
        return nullptr;
    }

    const char* structure(std::size_t at, Word word, unsigned depth) {
        const std::uint64_t data = bits(word, 32, 16);
        const std::uint64_t pointer_count = bits(word, 48, 16);
        std::size_t target = 0;
        if (!locate(at, word, data + pointer_count, target)) return kOutside;
        if (!enter(data + pointer_count)) return kShared;
        return pointers(target + data, pointer_count, depth);
    }

    const char* list(std::size_t at, Word word, unsigned depth) {
        static constexpr unsigned kElementBits[] = {0, 1, 8, 16, 32, 64, 64};
        const std::uint64_t code = bits(word, 32, 3);
        const std::uint64_t count = bits(word, 35, 29);
        if (code == 7) return struct_list(at, word, count, depth);
        const std::uint64_t words = (count * kElementBits[code] + 63) / 64;
        std::size_t target = 0;
        if (!locate(at, word, words, target)) return kOutside;
        if (!enter(words)) return kShared;
        if (code == 0 && !enter_empty(count)) return kEmpty;
        return code == 6 ? pointers(target, count, depth) : nullptr;
    }

    const char* struct_list(std::size_t at, Word word, std::uint64_t words, unsigned depth) {
        std::size_t tag_at = 0;
        if (!locate(at, word, words + 1, tag_at)) return kOutside;
        if (!enter(words + 1)) return kShared;
        const Word tag = payload_[tag_at];
        if (bits(tag, 0, 2) != kStruct) return "a list of structs has no tag";
        const std::uint64_t count = bits(tag, 2, 30);
        const std::uint64_t data = bits(tag, 32, 16);
        const std::uint64_t pointer_count = bits(tag, 48, 16);
        if (count * (data + pointer_count) > words) return "a list of structs is too long";
        if (data + pointer_count == 0 && !enter_empty(count)) return kEmpty;
        if (pointer_count == 0) return nullptr;  // else an element has words, which bounds count
        std::size_t element = tag_at + 1;
        for (std::uint64_t i = 0; i < count; ++i, element += data + pointer_count) {
            if (const char* fault = pointers(element + data, pointer_count, depth)) return fault;
        }
        return nullptr;
    }

    Words payload_;
    std::uint64_t used_ = 0;
    std::uint64_t empty_ = 0;
};

}  // namespace

const char* find_payload_fault(Words payload, std::size_t* reached) noexcept {
    if (payload.empty()) return "it is empty";
    Walk walk(payload);
    walk.enter(1);  // the root pointer
    const char* fault = walk.pointer(0, kMaxNesting);
    if (reached != nullptr) *reached = walk.reached();
    return fault;
}

}  // namespace vitrine::core
