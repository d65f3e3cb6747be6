#pragma once

#include <string>

#include <vitrine/vitrine.hpp>

namespace vitrine::test {

/// Fills a store with every kind of value, key and tree that there is, and with what JSON finds
/// hard. Roots: "all" (an Item that leads to others), "tree-…" (trees of all kinds), and names that
/// are no plain text. Requires: a new store.
void fill_with_everything(Store& store);

/// A text that is not UTF-8.
inline const std::string kBroken = "broken \xFF\xC0\x80 text";

}  // namespace vitrine::test
