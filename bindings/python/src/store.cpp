#include "bindings/python/src/store.hpp"

#include <fmt/format.h>

#include <vitrine/detail/transact.hpp>

#include "bindings/python/src/numbers.hpp"
#include "btree/open_file.hpp"

namespace vitrine::python {
namespace {

constexpr double kMilliseconds = 1000;

Retention retention_of(const std::string& kind, std::uint64_t amount) {
    if (kind == "none") return Retention::none();
    if (kind == "commits") return Retention::commits(amount);
    if (kind == "duration") return Retention::duration(std::chrono::microseconds(amount));
    if (kind == "forever") return Retention::forever();
    throw UsageError(fmt::format("\"{}\" is no retention", kind));
}

Durability durability_of(const std::string& name) {
    if (name == "full") return Durability::full;
    if (name == "deferred") return Durability::deferred;
    throw UsageError(fmt::format("\"{}\" is no durability: it is \"full\" or \"deferred\"", name));
}

Isolation isolation_of(const std::string& name) {
    if (name == "serializable") return Isolation::serializable;
    if (name == "snapshot") return Isolation::snapshot;
    throw UsageError(
        fmt::format("\"{}\" is no isolation: it is \"serializable\" or \"snapshot\"", name));
}

std::unique_ptr<PyStore> open_store(
    const std::string& file, bool create, bool read_only, bool check_structure,
    std::size_t cache_bytes, const std::string& durability, double flush_interval,
    const std::optional<std::pair<std::string, std::uint64_t>>& retention,
    std::optional<std::size_t> log_bytes) {
    if (!(flush_interval >= 0) || flush_interval > 1e6)
        throw UsageError(fmt::format("{} seconds are no flush interval", flush_interval));
    StoreOptions options;
    options.create_if_missing = create;
    options.read_only = read_only;
    options.check_structure = check_structure;
    options.cache_bytes = cache_bytes;
    options.durability = durability_of(durability);
    options.flush_interval =
        std::chrono::milliseconds(static_cast<long long>(flush_interval * kMilliseconds));
    if (retention) options.retention = retention_of(retention->first, retention->second);
    options.log_bytes = log_bytes;
    return std::make_unique<PyStore>(file, options);
}

// A type that a program brings, checked against the file before it is used.
void use(const PyStore& store, const py::object& type) {
    static_cast<void>(struct_type(type));
    const mvcc::Snapshot keep = store.snapshot();
    store.context()->use(keep.store().types(), type);
}

// All types of the file, and those that the program uses.
py::dict types(const PyStore& store) {
    SnapshotState keep(store.context(), store.snapshot());
    const auto stored =
        without_gil([&](NoGil&) { return keep.snapshot.store().storage().types(); });
    py::dict found;
    for (const core::StoredType& type : stored) {
        const auto known = keep.registry().find(type.id);
        if (!known || known->schema.getProto().getStruct().getIsGroup()) continue;
        const py::object made = store.context()->type_of(keep.registry(), type.id);
        found[py::str(unbox<StructType>(made.ptr()).name)] = made;
    }
    return found;
}

py::object begin(const PyStore& store, const std::string& note, const std::string& isolation,
                 bool managed) {
    TransactionOptions options;
    options.isolation = isolation_of(isolation);
    options.note = note;
    return begin_transaction(store, std::move(options), managed);
}

void add_backoff(py::module_& module) {
    py::class_<detail::Backoff>(module, "Backoff")
        .def(py::init<int>())
        .def_property_readonly("has_more", &detail::Backoff::has_more)
        .def("pause",
             [](detail::Backoff& backoff) { without_gil([&](NoGil&) { backoff.pause(); }); });
}

}  // namespace

PyStore::PyStore(const std::string& file, const StoreOptions& options)
    : context_(std::make_shared<Context>(file)), store_(without_gil([&](NoGil&) {
          return std::make_unique<detail::OpenStore>(btree::open_file(file, options));
      })) {}

PyStore::~PyStore() {
    if (store_) without_gil([&](NoGil&) { store_.reset(); });
}

void PyStore::close() {
    without_gil([&](NoGil&) { store_->close(); });
}

void add_store(py::module_& module) {
    add_backoff(module);
    module.def("open_store", open_store, py::arg("file"), py::kw_only(), py::arg("create"),
               py::arg("read_only"), py::arg("check_structure"), py::arg("cache_bytes"),
               py::arg("durability"), py::arg("flush_interval"), py::arg("retention"),
               py::arg("log_bytes"));
    StoreClass store(module, "Store",
                     "An open store: one file, any number of threads. vitrine.open() gives it. "
                     "Leaving its `with` block, or close(), flushes and closes it.");
    store.attr("__module__") = "vitrine";
    store
        .def_property_readonly(
            "path", [](const PyStore& self) { return self.context()->path(); }, "The file.")
        .def("close", &PyStore::close,
             "Flushes and closes. After it every call is a UsageError; closing again does nothing. "
             "Snapshots that are open stay readable, and keep the file until they go.")
        .def("__enter__", [](const py::object& self) { return self; })
        .def("__exit__", [](PyStore& self, const py::args&) { self.close(); })
        .def(
            "snapshot",
            [](const PyStore& self) { return PySnapshot(self.context(), self.snapshot()); },
            "The whole store as of the newest commit. No lock, no I/O.")
        .def("_begin", begin)
        .def("_use", use)
        .def("_types", types)
        .def_property_readonly(
            "version", [](const PyStore& self) { return self.open().version().value(); },
            "The number of the newest commit.")
        .def_property_readonly(
            "durable_version",
            [](const PyStore& self) { return self.open().durable_version().value(); },
            "The newest commit on disk: every commit up to it survives a crash.")
        .def(
            "flush",
            [](const PyStore& self) {
                return self.run([](mvcc::Store& machine) { return machine.flush(); }).value();
            },
            "Waits until the newest commit is on disk; returns its number.")
        .def(
            "trim_cache",
            [](const PyStore& self) {
                self.run([](mvcc::Store& machine) { machine.trim_cache(); });
            },
            "Drops every object from memory that nobody holds.")
        .def("__repr__", [](const PyStore& self) {
            try {
                return fmt::format("<vitrine.Store '{}' at version {}>", self.context()->path(),
                                   self.open().version().value());
            } catch (const UsageError&) {
                return fmt::format("<vitrine.Store '{}', closed>", self.context()->path());
            }
        });
    add_past(store);
    add_maintenance(store);
}

}  // namespace vitrine::python
