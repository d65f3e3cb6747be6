#include <vitrine/gc_report.hpp>
#include <vitrine/verify_report.hpp>

#include "bindings/python/src/progress.hpp"
#include "bindings/python/src/records.hpp"
#include "bindings/python/src/store.hpp"
#include "btree/collect.hpp"
#include "btree/verify.hpp"
#include "mvcc/backup.hpp"

namespace vitrine::python {

namespace {

py::object fault_of(const Fault& fault) {
    return record_class("Fault")(to_python(fault.object), to_python(fault.version),
                                 to_python(fault.what), to_python(fault.path));
}

py::object dangling_of(const DanglingReference& dangling) {
    return record_class("DanglingReference")(to_python(dangling.object),
                                             to_python(dangling.version), to_python(dangling.path),
                                             to_python(dangling.target));
}

using std::chrono::duration_cast;
using Seconds = std::chrono::duration<double>;

double seconds(std::chrono::nanoseconds span) { return duration_cast<Seconds>(span).count(); }

py::object verify(const PyStore& store, const py::object& progress) {
    const VerifyReport report = with_progress(
        progress, [&](const Progress& tell) { return btree::verify(store.snapshot(), tell); });
    using py::arg;
    return record_class("VerifyReport")(
        arg("faults") = to_list(report.faults, fault_of),
        arg("dangling_references") = to_list(report.dangling_references, dangling_of),
        arg("unreachable") = to_list(report.unreachable, [](AnyRef ref) { return to_python(ref); }),
        arg("unreachable_objects") = report.unreachable_objects, arg("objects") = report.objects,
        arg("trees") = report.trees, arg("entries") = report.entries, arg("nodes") = report.nodes,
        arg("roots") = report.roots, arg("versions") = report.versions, arg("bytes") = report.bytes,
        arg("kept") = report.kept, arg("commits") = report.commits);
}

py::object collect(const PyStore& store, const py::object& progress) {
    const GcReport report = with_progress(progress, [&](const Progress& tell) {
        return btree::collect_garbage(store.snapshot(), tell);
    });
    using py::arg;
    return record_class("GcReport")(
        arg("snapshot") = report.snapshot.value(),
        arg("objects_examined") = report.objects_examined,
        arg("objects_reachable") = report.objects_reachable,
        arg("objects_erased") = report.objects_erased, arg("trees_erased") = report.trees_erased,
        arg("entries_erased") = report.entries_erased, arg("bytes_freed") = report.bytes_freed,
        arg("commits") = report.commits, arg("peak_bytes") = report.peak_bytes,
        arg("duration") = seconds(report.duration));
}

py::object backup(const PyStore& store, const std::string& file, const py::object& progress) {
    const BackupReport report = with_progress(progress, [&](const Progress& tell) {
        const mvcc::Snapshot keep = store.snapshot();
        return mvcc::backup(keep.store(), file, tell);
    });
    using py::arg;
    return record_class("BackupReport")(
        arg("version") = report.version.value(), arg("oldest") = report.oldest.value(),
        arg("rows") = report.rows, arg("commits") = report.commits, arg("bytes") = report.bytes);
}

py::object stats(const PyStore& store) {
    const Stats now = without_gil([&](NoGil&) { return store.open().stats(); });
    using py::arg;
    return record_class("Stats")(
        arg("commits") = now.commits, arg("conflicts") = now.conflicts,
        arg("batches") = now.batches, arg("syncs") = now.syncs,
        arg("cache_bytes") = now.cache_bytes, arg("cache_hits") = now.cache_hits,
        arg("cache_misses") = now.cache_misses, arg("evictions") = now.evictions,
        arg("open_snapshots") = now.open_snapshots,
        arg("oldest_snapshot") = now.oldest_snapshot.value(),
        arg("oldest_snapshot_age") = seconds(now.oldest_snapshot_age),
        arg("file_bytes") = now.file_bytes, arg("free_bytes") = now.free_bytes,
        arg("log_bytes") = now.log_bytes, arg("objects_written") = now.objects_written,
        arg("bytes_written") = now.bytes_written);
}

}  // namespace

void add_maintenance(StoreClass& store) {
    store
        .def(
            "verify", verify, py::arg("progress") = py::none(),
            "Reads everything and reports what is broken: checksums, intervals, trees, references.")
        .def("collect_garbage", collect, py::arg("progress") = py::none(),
             "Erases what no root leads to, while work goes on.")
        .def("_backup", backup)
        .def("stats", stats, "Counters since the store was opened, and its sizes now.");
}

}  // namespace vitrine::python
