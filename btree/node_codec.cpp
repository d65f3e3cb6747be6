#include "btree/node_codec.hpp"

namespace vitrine::btree::detail {

std::size_t KeysSize::words() const {
    if (fixed_keys_) return count_;
    return count_ + words_for(first_.size()) + words_for((count_ + 1) * sizeof(std::uint32_t)) +
           words_for(suffix_bytes());
}

void check_key_order(const KeyColumn& keys, bool fixed_keys) {
    for (std::uint32_t i = 0; i < keys.count; ++i) {
        if (fixed_keys) {
            demand(i == 0 || keys.heads[i - 1] < keys.heads[i], "its keys do not rise");
            continue;
        }
        demand(keys.heads[i] == head_of(keys.suffix(i)), "a key has the head of another");
        demand(i == 0 || compare_keys(keys.suffix(i - 1), keys.suffix(i)) < 0,
               "its keys do not rise");
    }
}

}  // namespace vitrine::btree::detail
