#include "core/log/log_block.hpp"

#include "core/record.hpp"

namespace vitrine::core::log {
namespace {

constexpr std::size_t kHead = CommitLog::kHeadWords;

}  // namespace

void seal_block(std::vector<Word>& block, std::uint64_t log, std::uint64_t place) {
    const Words content = Words(block).subspan(kHead);
    block[0] = kBlockMagic;
    block[1] = log;
    block[2] = place;
    block[3] = content.size();
    block[4] = hash_payload(content);
    block[5] = hash_payload(Words(block).first(kHead - 1));
    block.resize(padded_bytes(block.size()) / sizeof(Word));
}

std::optional<BlockHead> read_head(Words head, std::uint64_t log) {
    if (head.size() < kHead || head[0] != kBlockMagic || head[1] != log ||
        head[5] != hash_payload(head.first(kHead - 1)))
        return std::nullopt;
    return BlockHead{head[2], head[3], head[4]};
}

bool fits(const BlockHead& head, Words content) {
    return content.size() == head.words && hash_payload(content) == head.content_sum;
}

}  // namespace vitrine::core::log
