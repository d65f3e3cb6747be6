#include <vitrine/detail/cursor.hpp>

#include "btree/leaf.hpp"

namespace vitrine::btree {

KeyBytes Cursor::key_copy() const { return key_at(leaf_, index_); }

}  // namespace vitrine::btree
