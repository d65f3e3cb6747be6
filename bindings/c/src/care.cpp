#include "bindings/c/src/given.hpp"
#include "bindings/c/src/handles.hpp"
#include "bindings/c/src/progress.hpp"
#include "bindings/c/src/struct_size.hpp"

namespace vitrine::capi {
namespace {

vitrine_verify_report* list(const VerifyReport& report) {
    auto given = std::make_unique<Given<vitrine_verify_report>>();
    vitrine_verify_report& view = given->view;
    given->list(view.fault_count, view.faults, report.faults, [&](const Fault& fault) {
        return vitrine_fault{fault.object.id(), fault.version.value(), given->text(fault.what),
                             given->text(fault.path)};
    });
    given->list(view.dangling_count, view.dangling, report.dangling_references,
                [&](const DanglingReference& from) {
                    return vitrine_dangling{from.object.id(), from.version.value(),
                                            given->text(from.path), from.target.id()};
                });
    auto* const unreachable = given->array<vitrine_ref>(report.unreachable.size());
    for (const AnyRef ref : report.unreachable) unreachable[view.unreachable_count++] = ref.id();
    view.unreachable = unreachable;
    view.unreachable_objects = report.unreachable_objects;
    view.objects = report.objects;
    view.trees = report.trees;
    view.entries = report.entries;
    view.nodes = report.nodes;
    view.roots = report.roots;
    view.versions = report.versions;
    view.bytes = report.bytes;
    view.kept = report.kept;
    view.commits = report.commits;
    return hand_over(std::move(given));
}

vitrine_backup_report to_report(const BackupReport& report) {
    vitrine_backup_report given{};
    given.version = report.version.value();
    given.oldest = report.oldest.value();
    given.rows = report.rows;
    given.commits = report.commits;
    given.bytes = report.bytes;
    return given;
}

vitrine_gc_report to_report(const GcReport& report) {
    vitrine_gc_report given{};
    given.snapshot = report.snapshot.value();
    given.objects_examined = report.objects_examined;
    given.objects_reachable = report.objects_reachable;
    given.objects_erased = report.objects_erased;
    given.trees_erased = report.trees_erased;
    given.entries_erased = report.entries_erased;
    given.bytes_freed = report.bytes_freed;
    given.commits = report.commits;
    given.peak_bytes = report.peak_bytes;
    given.duration_ns = static_cast<std::uint64_t>(report.duration.count());
    return given;
}

/// Before the work: a wrong report should not be found out when the file is there.
template <class S>
void check_report(const S* report) {
    if (report != nullptr) static_cast<void>(size_of(*report, "report"));
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_store_verify(const vitrine_store* store, vitrine_progress progress,
                                    void* user, vitrine_verify_report** report) {
    return guarded([&] {
        need(report, "report");
        *report = list(need(store, "store").store.verify(to_progress(progress, user)));
    });
}

vitrine_status vitrine_store_backup(const vitrine_store* store, const char* path,
                                    vitrine_progress progress, void* user,
                                    vitrine_backup_report* report) {
    return guarded([&] {
        check_report(report);
        const auto made =
            need(store, "store").store.backup(need_text(path, "path"), to_progress(progress, user));
        if (report != nullptr) fill(report, to_report(made), "report");
    });
}

vitrine_status vitrine_store_collect_garbage(vitrine_store* store, vitrine_progress progress,
                                             void* user, vitrine_gc_report* report) {
    return guarded([&] {
        check_report(report);
        const auto made = need(store, "store").store.collect_garbage(to_progress(progress, user));
        if (report != nullptr) fill(report, to_report(made), "report");
    });
}

}  // extern "C"
