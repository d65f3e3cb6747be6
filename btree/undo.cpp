#include "btree/undo.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/key_text.hpp"
#include "btree/undo_run.hpp"
#include "mvcc/past.hpp"

namespace vitrine::btree {
namespace {

constexpr int kAttempts = 32;
constexpr std::size_t kToldConflicts = 5;

std::string text_of(const UndoStep& step) {
    const ObjectId id = core::to_id(step.object);
    if (id == kCatalog)
        return fmt::format("root {} {}", bytes_text(std::as_bytes(std::span(step.key))), step.what);
    if (step.key.empty()) return fmt::format("#{} {}", id.value, step.what);
    return fmt::format("key {} of tree #{} {}", step.key, id.value, step.what);
}

[[noreturn]] void throw_conflict(const UndoPlan& plan) {
    std::string list;
    for (const UndoStep& step : plan.conflicts) {
        if (&step - plan.conflicts.data() == kToldConflicts) {
            list += fmt::format("; and {} more", plan.conflicts.size() - kToldConflicts);
            break;
        }
        list += fmt::format("{}{} (commit {})", list.empty() ? "" : "; ", text_of(step),
                            step.with.value());
    }
    const UndoStep& first = plan.conflicts.front();
    const bool object = first.key.empty();
    throw ConflictError(
        fmt::format("commit {} cannot be undone: {}", plan.version.value(), list), first.with,
        {.object = object ? std::optional(first.object) : std::nullopt,
         .tree = object || core::to_id(first.object) == kCatalog ? std::nullopt
                                                                 : std::optional(first.object),
         .key = first.key});
}

UndoPlan run(mvcc::Transaction& transaction, Version version) {
    mvcc::Store& store = transaction.store();
    const CommitInfo commit = mvcc::commit_info(store, version);
    UndoRun undo(transaction, store.snapshot_at(Version{version.value() - 1}),
                 store.snapshot_at(version));
    // Names last: they refer to what comes back before.
    for (const AnyRef ref : commit.changed)
        if (core::to_id(ref) != kCatalog) undo.take_back(core::to_id(ref));
    if (std::find(commit.changed.begin(), commit.changed.end(), core::to_ref(kCatalog)) !=
        commit.changed.end())
        undo.take_back(kCatalog);
    return undo.take_plan();
}

}  // namespace

UndoPlan plan_undo(mvcc::Store& store, Version version) {
    mvcc::Transaction transaction(store, store.snapshot(), {});
    return run(transaction, version);
}

Version undo(mvcc::Store& store, Version version) {
    TransactionOptions options;
    options.note = fmt::format("undo of {}", version.value());
    for (int attempt = 1;; ++attempt) {
        mvcc::Transaction transaction(store, store.snapshot(), options);
        const UndoPlan plan = run(transaction, version);
        if (!plan.ok()) throw_conflict(plan);
        try {
            return transaction.commit();
        } catch (const ConflictError&) {
            if (attempt == kAttempts) throw;  // overtaken each time
        }
    }
}

}  // namespace vitrine::btree
