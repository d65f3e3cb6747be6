#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vitrine/bytes.hpp>
#include <vitrine/detail/tree_reader.hpp>

namespace vitrine::detail {

// The names of kinds (README.md, "Kinds in the file") for doors whose programs choose them as they
// run.

template <class K>
struct KeyTag {
    using Key = K;
};

[[noreturn]] void throw_no_key_kind(std::string_view kind);

/// Calls `use(KeyTag<K>)` with the type that the name of a kind stands for, but a tuple's.
/// Throws: UsageError when there is no such kind.
template <class Use>
auto with_key_kind(std::string_view kind, Use use) {
    if (kind == "i64") return use(KeyTag<std::int64_t>{});
    if (kind == "string") return use(KeyTag<std::string>{});
    if (kind == "u64") return use(KeyTag<std::uint64_t>{});
    if (kind == "bytes") return use(KeyTag<Bytes>{});
    if (kind == "double") return use(KeyTag<double>{});
    if (kind == "i32") return use(KeyTag<std::int32_t>{});
    if (kind == "u32") return use(KeyTag<std::uint32_t>{});
    if (kind == "i16") return use(KeyTag<std::int16_t>{});
    if (kind == "u16") return use(KeyTag<std::uint16_t>{});
    if (kind == "i8") return use(KeyTag<std::int8_t>{});
    if (kind == "u8") return use(KeyTag<std::uint8_t>{});
    throw_no_key_kind(kind);
}

inline bool is_tuple(std::string_view kind) {
    return kind.size() > 2 && kind.front() == '(' && kind.back() == ')';
}

/// The kinds of a tuple's fields. Requires: is_tuple(kind). Lifetime: parts of `tuple`.
std::vector<std::string_view> fields_of(std::string_view tuple);

/// The kind of a tree by its two names. Throws: UsageError that says which one there is none of.
btree::TreeKind kind_named(std::string_view keys, std::string_view values);

}  // namespace vitrine::detail
