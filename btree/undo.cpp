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

// The two versions that are compared stay pinned until the undo has committed: what comes back may
// supersede a tombstone that nothing else keeps.
struct Past {
    Past(mvcc::Store& store, Version version)
        : commit(mvcc::commit_info(store, version)),
          before(store.snapshot_at(Version{version.value() - 1})),
          after(store.snapshot_at(version)) {}
    const CommitInfo commit;
    const mvcc::Snapshot before;
    const mvcc::Snapshot after;
};

UndoPlan run(mvcc::Transaction& transaction, const Past& past) {
    const CommitInfo& commit = past.commit;
    UndoRun undo(transaction, past.before, past.after);
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
    const Past past(store, version);
    mvcc::Transaction transaction(store, store.snapshot(), {});
    return run(transaction, past);
}

Version undo(mvcc::Store& store, Version version) {
    TransactionOptions options;
    options.note = fmt::format("undo of {}", version.value());
    const Past past(store, version);
    for (int attempt = 1;; ++attempt) {
        mvcc::Transaction transaction(store, store.snapshot(), options);
        const UndoPlan plan = run(transaction, past);
        if (!plan.ok()) throw_conflict(plan);
        try {
            return transaction.commit();
        } catch (const ConflictError&) {
            if (attempt == kAttempts) throw;  // overtaken each time
        }
    }
}

}  // namespace vitrine::btree
