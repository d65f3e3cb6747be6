#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <vitrine/detail/leaf_view.hpp>

#include "core/ids.hpp"
#include "core/word_buffer.hpp"

namespace vitrine::btree {

/// The object that a tree is known by. Lifetime of the texts: the version's.
struct TreeHeaderView {
    std::string_view key_kind{};
    std::string_view value_kind{};
    std::uint64_t count = 0;   ///< entries
    std::uint64_t root = 0;    ///< object id of a leaf or inner node; 0: the tree is empty
    std::uint32_t height = 0;  ///< levels: 0 empty, 1 a leaf
    bool fixed_keys = true;
    ValueForm form = ValueForm::word;
};

/// Requires: `payload` passed core::check_row, or was built here.
/// Throws: std::runtime_error with what is wrong. Cost: no allocation.
TreeHeaderView view_tree_header(core::Words payload);

/// Makes the payload; the same header gives the same bytes.
core::WordBuffer build_tree_header(const TreeHeaderView& header);

}  // namespace vitrine::btree
