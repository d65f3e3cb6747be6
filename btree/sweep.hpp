#pragma once

#include <vector>

#include "btree/nodes.hpp"
#include "btree/op_set.hpp"
#include "mvcc/participant.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::btree {

/// One commit of a collection: erases condemned objects and small trees whole, or takes a piece out
/// of a large tree. Condemned, they change by nobody else's hand.
class Sweep final : public mvcc::Participant {
  public:
    explicit Sweep(mvcc::Transaction& /*transaction*/) {}

    void erase(ObjectId id) { whole_.push_back(id); }
    /// Takes these keys out of a tree; they stay valid until the commit.
    void take_out(ObjectId tree, const std::vector<KeyBytes>& keys);

    [[nodiscard]] bool writes() const override { return !whole_.empty() || tree_; }
    void sequence(mvcc::CommitContext& context) override;
    std::size_t mark() override { return 0; }
    void rollback_to(std::size_t /*mark*/) override {}

    /// What the commit did.
    struct Erased {
        std::uint64_t objects = 0;
        std::uint64_t trees = 0;
        std::uint64_t entries = 0;
        std::uint64_t bytes = 0;
    };
    /// Where to say it.
    void tell(Erased& to) { told_ = &to; }

  private:
    void erase_tree(mvcc::CommitContext& context, const ObjectVersion& header);
    void cut(mvcc::CommitContext& context);

    std::vector<ObjectId> whole_;
    ObjectId tree_{};
    OpSet cuts_;
    Erased erased_;
    Erased* told_ = nullptr;
};

}  // namespace vitrine::btree
