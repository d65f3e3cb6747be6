#pragma once

#include "bindings/c/src/handles.hpp"

namespace vitrine::capi {

/// One call with a cursor: the turn in its transactions; and an error makes it of no use.
class Walk {
  public:
    explicit Walk(vitrine_cursor* cursor)
        : cursor_(need(cursor, "cursor")), first_(state(0)), second_(state(1)) {
        if (cursor_.broken)
            throw UsageError("the cursor met an error before, and is of no use since");
        cursor_.broken = true;
    }
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;

    /// The next entry; null at the end.
    btree::Cursor* next() {
        btree::Cursor* at = entry();
        if (at != nullptr && cursor_.begun) {
            step();
            at = entry();
        }
        cursor_.begun = true;
        return at;
    }
    /// Went well.
    vitrine_status ended(vitrine_status status) {
        cursor_.broken = false;
        return status;
    }

  private:
    TransactionState* state(std::size_t i) {
        return i < cursor_.transactions.size() ? cursor_.transactions[i].get() : nullptr;
    }
    btree::Cursor* entry() {
        if (cursor_.merged) return cursor_.merged->shown();
        return cursor_.single->valid() ? cursor_.single.get() : nullptr;
    }
    void step() {
        if (cursor_.merged)
            cursor_.merged->step();
        else
            cursor_.single->step();
    }

    vitrine_cursor& cursor_;
    Inside first_;
    Inside second_;
};

}  // namespace vitrine::capi
