#include "mvcc/past.hpp"

#include "bindings/c/src/given.hpp"
#include "bindings/c/src/handles.hpp"
#include "bindings/c/src/times.hpp"

namespace vitrine::capi {
namespace {

vitrine_commits* list(const std::vector<CommitInfo>& commits) {
    auto given = std::make_unique<Given<vitrine_commits>>();
    given->list(given->view.count, given->view.items, commits, [&](const CommitInfo& commit) {
        auto* const changed = given->array<vitrine_ref>(commit.changed.size());
        for (std::size_t i = 0; i < commit.changed.size(); ++i) changed[i] = commit.changed[i].id();
        return vitrine_commit{commit.version.value(), from_time(commit.time),
                              given->text(commit.note), commit.changed.size(), changed};
    });
    return hand_over(std::move(given));
}

vitrine_history* list(const std::vector<mvcc::PastVersion>& versions) {
    auto given = std::make_unique<Given<vitrine_history>>();
    given->list(given->view.count, given->view.items, versions, [&](const auto& version) {
        const ObjectVersion& info = version.info;
        return vitrine_object_version{info.version.value(), from_time(info.time),
                                      given->text(info.note), info.erased};
    });
    return hand_over(std::move(given));
}

vitrine_undo_plan* list(const UndoPlan& plan) {
    auto given = std::make_unique<Given<vitrine_undo_plan>>();
    vitrine_undo_plan& view = given->view;
    view.version = plan.version.value();
    const auto step = [&](const UndoStep& from) {
        return vitrine_undo_step{from.object.id(), given->text(from.key), given->text(from.what),
                                 from.with.value()};
    };
    given->list(view.change_count, view.changes, plan.changes, step);
    given->list(view.conflict_count, view.conflicts, plan.conflicts, step);
    return hand_over(std::move(given));
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_store_commits(const vitrine_store* store, uint64_t after, size_t limit,
                                     vitrine_commits** commits) {
    return guarded([&] {
        need(commits, "commits");
        *commits = list(need(store, "store").store.commits(vitrine::Version{after}, limit));
    });
}

vitrine_status vitrine_store_history(const vitrine_store* store, vitrine_ref ref,
                                     vitrine_history** history) {
    return guarded([&] {
        const Machine machine(store);
        need(history, "history");
        *history = list(vitrine::mvcc::history(*machine, vitrine::core::ObjectId{ref}));
    });
}

vitrine_status vitrine_store_plan_undo(const vitrine_store* store, uint64_t version,
                                       vitrine_undo_plan** plan) {
    return guarded([&] {
        need(plan, "plan");
        *plan = list(need(store, "store").store.plan_undo(vitrine::Version{version}));
    });
}

vitrine_status vitrine_store_undo(vitrine_store* store, uint64_t version, uint64_t* made) {
    return guarded(
        [&] { give(made, need(store, "store").store.undo(vitrine::Version{version}).value()); });
}

}  // extern "C"
