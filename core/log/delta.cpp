#include "core/log/delta.hpp"

#include <cstring>

namespace vitrine::core::log {
namespace {

constexpr int kFromBits = 24;
constexpr int kCountBits = 20;
constexpr std::size_t kMostFrom = (std::size_t{1} << kFromBits) - 1;
constexpr std::size_t kMostCount = (std::size_t{1} << kCountBits) - 1;
constexpr std::size_t kLeastRun = 16;  // bytes: a shorter one costs more than it saves

constexpr std::size_t words_for(std::size_t bytes) {
    return (bytes + sizeof(Word) - 1) / sizeof(Word);
}

class Writer {
  public:
    Writer(Words fresh, std::span<const CopiedRun> runs) : fresh_(std::as_bytes(fresh)) {
        std::size_t copied = 0;
        for (const CopiedRun& run : runs)
            if (run.bytes >= kLeastRun) copied += run.bytes;
        delta_.reserve(words_for(fresh_.size() - copied) + 2 * runs.size() + 2);
    }

    bool copy(const CopiedRun& run) {
        if (run.bytes < kLeastRun) return true;
        if (!finish(run.to)) return false;
        if (run.from > kMostFrom || run.bytes > kMostCount) return false;
        from_ = run.from;
        copied_ = run.bytes;
        at_ = run.to + run.bytes;
        return true;
    }
    /// Ends the piece before with what comes up to `to`.
    bool finish(std::size_t to) {
        const std::size_t literal = to - at_;
        if (literal > kMostCount) return false;
        if (copied_ + literal == 0) return true;
        delta_.push_back(Word{from_} << (2 * kCountBits) | Word{copied_} << kCountBits | literal);
        const std::size_t place = delta_.size();
        delta_.resize(place + words_for(literal));
        if (literal != 0) std::memcpy(delta_.data() + place, fresh_.data() + at_, literal);
        at_ = to;
        copied_ = 0;
        return true;
    }
    Delta take() { return std::move(delta_); }

  private:
    std::span<const std::byte> fresh_;
    Delta delta_;
    std::size_t from_ = 0;
    std::size_t copied_ = 0;
    std::size_t at_ = 0;  // behind what is copied; what follows is not written yet
};

}  // namespace

Delta make_delta(Words fresh, std::span<const CopiedRun> runs) {
    Writer writer(fresh, runs);
    for (const CopiedRun& run : runs)
        if (!writer.copy(run)) return {};
    if (!writer.finish(fresh.size_bytes())) return {};
    Delta delta = writer.take();
    if (delta.size() > fresh.size() / 2) delta.clear();
    return delta;
}

std::optional<WordBuffer> apply_delta(Words old, Words delta, std::size_t words) {
    // Each word of a delta stands for at most so many bytes.
    if (words > delta.size() * (kMostCount + sizeof(Word)) / sizeof(Word)) return std::nullopt;
    WordBuffer fresh(words);
    auto* const out = reinterpret_cast<std::byte*>(fresh.data());
    std::size_t at = 0;
    for (std::size_t i = 0; i < delta.size();) {
        const Word piece = delta[i++];
        const std::size_t literal = piece & kMostCount;
        const std::size_t copied = piece >> kCountBits & kMostCount;
        const std::size_t from = piece >> (2 * kCountBits);
        if (from > old.size_bytes() || copied > old.size_bytes() - from ||
            copied + literal > words * sizeof(Word) - at || words_for(literal) > delta.size() - i)
            return std::nullopt;
        if (copied != 0)
            std::memcpy(out + at, reinterpret_cast<const std::byte*>(old.data()) + from, copied);
        at += copied;
        if (literal != 0) std::memcpy(out + at, delta.data() + i, literal);
        at += literal;
        i += words_for(literal);
    }
    if (at != words * sizeof(Word)) return std::nullopt;
    return fresh;
}

}  // namespace vitrine::core::log
