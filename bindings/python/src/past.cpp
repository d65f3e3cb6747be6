#include "mvcc/past.hpp"

#include <vitrine/detail/snapshot_handle.hpp>
#include <vitrine/undo_plan.hpp>

#include "bindings/python/src/numbers.hpp"
#include "bindings/python/src/records.hpp"
#include "bindings/python/src/store.hpp"
#include "btree/undo.hpp"

namespace vitrine::python {

namespace {

py::object ref_of(AnyRef ref) { return to_python(ref); }

py::object step_of(const UndoStep& step) {
    return record_class("UndoStep")(to_python(step.object), to_python(step.key),
                                    to_python(step.what), to_python(step.with));
}

py::object time_or_none(core::Time time) {
    return time == core::Time{} ? py::none() : to_datetime(time);
}

// A datetime has no nanoseconds: it stands for its whole microsecond, so that the time of a commit, as
// it is told, finds this commit.
core::Time to_time(const py::object& datetime) {
    if (datetime.attr("tzinfo").is_none())
        throw UsageError("a time wants a time zone: datetime(…, tzinfo=timezone.utc)");
    const py::module_ module = py::module_::import("datetime");
    const py::object epoch = module.attr("datetime")(
        1970, 1, 1, py::arg("tzinfo") = module.attr("timezone").attr("utc"));
    const py::object since =
        (datetime - epoch)
            .attr("__floordiv__")(module.attr("timedelta")(py::arg("microseconds") = 1));
    constexpr long long kMost = 9'000'000'000'000'000;  // microseconds: in the year 2255
    const auto count = to_integer<long long>(since);
    if (count < -kMost || count > kMost) throw UsageError("the time is out of reach");
    return core::Time(std::chrono::microseconds(count) + std::chrono::nanoseconds(999));
}

PySnapshot snapshot_at(const PyStore& store, const py::object& when) {
    const bool number = PyLong_Check(when.ptr()) || PyIndex_Check(when.ptr());
    if (!number && !py::hasattr(when, "tzinfo"))
        throw TypeError(
            fmt::format("expected a version or a datetime, not {}", type_name_of(when)));
    if (number) {
        const Version version{to_integer<std::uint64_t>(when)};
        return PySnapshot(store.context(), store.run([&](mvcc::Store& machine) {
            return machine.snapshot_at(version);
        }));
    }
    const core::Time time = to_time(when);
    return PySnapshot(store.context(),
                      store.run([&](mvcc::Store& machine) { return machine.snapshot_at(time); }));
}

py::list commits(const PyStore& store, std::uint64_t after, std::size_t limit) {
    const auto found = store.run(
        [&](mvcc::Store& machine) { return mvcc::commits(machine, Version{after}, limit); });
    const py::object record = record_class("CommitInfo");
    py::list list;
    for (const CommitInfo& commit : found)
        list.append(record(to_python(commit.version), to_datetime(commit.time),
                           to_python(commit.note), to_list(commit.changed, ref_of)));
    return list;
}

py::list history(const PyStore& store, const py::object& reference) {
    const core::ObjectId id = id_of(reference, "what has a history");
    if (!id) detail::throw_no_object({});
    const auto found = store.run([&](mvcc::Store& machine) { return mvcc::history(machine, id); });
    const py::object record = record_class("ObjectVersion");
    py::list list;
    for (const mvcc::PastVersion& past : found)
        list.append(record(to_python(past.info.version), time_or_none(past.info.time),
                           to_python(past.info.note), past.info.erased));
    return list;
}

py::object plan_undo(const PyStore& store, std::uint64_t version) {
    const UndoPlan plan = store.run(
        [&](mvcc::Store& machine) { return btree::plan_undo(machine, Version{version}); });
    return record_class("UndoPlan")(to_python(plan.version), to_list(plan.changes, step_of),
                                    to_list(plan.conflicts, step_of));
}

std::uint64_t undo(const PyStore& store, std::uint64_t version) {
    return store.run([&](mvcc::Store& machine) { return btree::undo(machine, Version{version}); })
        .value();
}

}  // namespace

void add_past(StoreClass& store) {
    constexpr std::size_t kAll = ~std::size_t{0};
    store
        .def("snapshot_at", snapshot_at, py::arg("when"),
             "The store as of a version, or as of a time (a datetime with its zone): as far as the "
             "retention reaches, else SnapshotTooOldError.")
        .def("commits", commits, py::arg("after") = 0, py::arg("limit") = kAll,
             "The log of commits after a version, oldest first, as far as the retention keeps it.")
        .def("history", history, py::arg("ref"),
             "The versions of an object that are kept, newest first.")
        .def("plan_undo", plan_undo, py::arg("version"),
             "What undo() would change, and what stands in its way.")
        .def("undo", undo, py::arg("version"),
             "Takes back what a commit did, in a new commit, object by object and key by key. "
             "Returns its number. ConflictError when later commits changed the same.");
}

}  // namespace vitrine::python
