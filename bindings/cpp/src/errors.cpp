#include <string>

#include <fmt/format.h>

#include <vitrine/detail/key_fields.hpp>
#include <vitrine/detail/number.hpp>
#include <vitrine/detail/snapshot_handle.hpp>
#include <vitrine/detail/tree_kind.hpp>
#include <vitrine/detail/view_state.hpp>
#include <vitrine/error.hpp>
#include <vitrine/tree_range.hpp>

#include "btree/key_text.hpp"
#include "btree/trees.hpp"

namespace vitrine::detail {

static_assert(kMaxKeyBytes == btree::kMaxKeyBytes);

void throw_unfit(long long number, const char* kind) {
    throw UsageError(fmt::format("the integer {} does not fit into {}", number, kind));
}

void throw_unfit(unsigned long long number, const char* kind) {
    throw UsageError(fmt::format("the integer {} does not fit into {}", number, kind));
}

void throw_key_too_long(BytesView start) {
    throw UsageError(fmt::format("a key is at most {} bytes long when encoded: {} is longer",
                                 kMaxKeyBytes, btree::bytes_text(start)));
}

void throw_damaged_key() { throw CorruptionError("a key of several fields has no such fields"); }

void throw_nan_key() { throw UsageError("NaN has no place in the order of keys"); }

void throw_no_key(const btree::TreeReader& tree, BytesView key) {
    throw NotFoundError(fmt::format("there is no key {} in this tree of {} -> {}",
                                    btree::key_text(tree.kind(), key), tree.kind().key,
                                    tree.kind().value));
}

void throw_no_tree() { throw UsageError("this Tree is of no store, or was moved from"); }

void throw_no_partitions() { throw UsageError("a tree cannot be cut into 0 partitions"); }

void throw_no_view() { throw UsageError("this View was moved from"); }

void throw_no_object(AnyRef ref) {
    if (!ref) throw NotFoundError("a null reference refers to no object");
    throw NotFoundError(fmt::format("there is no object #{}", ref.id()));
}

std::string name_of_type(std::uint64_t id) { return fmt::format("0x{:016x}", id); }

std::optional<btree::KeyBytes> end_of_prefix(BytesView prefix) {
    btree::KeyBytes end{prefix.begin(), prefix.end()};
    while (!end.empty() && end.back() == std::byte{0xFF}) end.pop_back();
    if (end.empty()) return std::nullopt;
    end.back() = static_cast<std::byte>(static_cast<unsigned>(end.back()) + 1);
    return end;
}

}  // namespace vitrine::detail
