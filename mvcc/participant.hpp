#pragma once

#include "mvcc/commit_context.hpp"

namespace vitrine::mvcc {

/// Something above objects that has changes of its own to bring into a commit: the trees.
/// It belongs to one transaction, and is called only by the thread that the transaction belongs to.
class Participant {
  public:
    Participant() = default;
    Participant(const Participant&) = delete;
    Participant& operator=(const Participant&) = delete;
    virtual ~Participant() = default;

    /// Whether it changes anything; a transaction without changes commits without being checked.
    [[nodiscard]] virtual bool writes() const = 0;

    /// Checks what it read and wrote against the newest state and applies its changes to that state,
    /// through the context. Called once, in the sequencing section. Throws: ConflictError; then
    /// nothing of the transaction happens.
    virtual void sequence(CommitContext& context) = 0;

    /// Savepoints: a mark is the n-th state asked for; going back may be repeated.
    virtual std::size_t mark() = 0;
    virtual void rollback_to(std::size_t mark) = 0;
};

}  // namespace vitrine::mvcc
