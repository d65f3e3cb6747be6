#include <vitrine/detail/snapshot_handle.hpp>

#include "bindings/c/src/given.hpp"
#include "bindings/c/src/handles.hpp"
#include "bindings/c/src/record.hpp"
#include "bindings/c/src/roots.hpp"
#include "bindings/c/src/times.hpp"

namespace vitrine::capi {
namespace {

vitrine_status get(const vitrine::Snapshot& snapshot, vitrine_ref ref, std::uint64_t type,
                   vitrine_record& record, vitrine_hold*& hold) {
    const mvcc::Snapshot& machine = snapshot.machine();
    mvcc::VersionHandle version = machine.find(core::ObjectId{ref});
    if (!version) return no_object(ref);
    check_asked(machine.store(), version->id(), version->type(), type);
    const vitrine_record found = to_record(version->payload(), version->type(), version->born());
    hold = new vitrine_hold{.hold = {.version = std::move(version)}};
    record = found;
    return VITRINE_OK;
}

vitrine_roots* list_roots(const vitrine::Snapshot& snapshot) {
    auto given = std::make_unique<Given<vitrine_roots>>();
    const auto roots = btree::roots(snapshot.machine());
    given->list(given->view.count, given->view.items, roots, [&](const auto& named) {
        const auto& [name, root] = named;
        return vitrine_root{given->text(name), name.size(), root.id.value, root.type,
                            given->text(detail::describe_root(snapshot.machine().store(), root))};
    });
    return hand_over(std::move(given));
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_store_snapshot(const vitrine_store* store, vitrine_snapshot** snapshot) {
    return guarded([&] {
        need(snapshot, "snapshot");
        *snapshot = new vitrine_snapshot{need(store, "store").store.snapshot()};
    });
}

vitrine_status vitrine_store_snapshot_at(const vitrine_store* store, uint64_t version,
                                         vitrine_snapshot** snapshot) {
    return guarded([&] {
        need(snapshot, "snapshot");
        *snapshot =
            new vitrine_snapshot{need(store, "store").store.snapshot_at(vitrine::Version{version})};
    });
}

vitrine_status vitrine_store_snapshot_at_time(const vitrine_store* store, int64_t time_ns,
                                              vitrine_snapshot** snapshot) {
    return guarded([&] {
        need(snapshot, "snapshot");
        *snapshot = new vitrine_snapshot{need(store, "store").store.snapshot_at(to_time(time_ns))};
    });
}

vitrine_status vitrine_snapshot_copy(const vitrine_snapshot* snapshot, vitrine_snapshot** copy) {
    return guarded([&] {
        need(copy, "copy");
        *copy = new vitrine_snapshot{need(snapshot, "snapshot").snapshot};
    });
}

void vitrine_snapshot_free(vitrine_snapshot* snapshot) { delete snapshot; }

vitrine_status vitrine_snapshot_version(const vitrine_snapshot* snapshot, uint64_t* version) {
    return guarded([&] {
        need(version, "version");
        *version = need(snapshot, "snapshot").snapshot.version().value();
    });
}

vitrine_status vitrine_snapshot_time(const vitrine_snapshot* snapshot, int64_t* time_ns) {
    return guarded([&] {
        need(time_ns, "time_ns");
        *time_ns = from_time(need(snapshot, "snapshot").snapshot.time());
    });
}

vitrine_status vitrine_snapshot_get(const vitrine_snapshot* snapshot, vitrine_ref ref,
                                    uint64_t type, vitrine_record* record, vitrine_hold** hold) {
    return guarded_status([&] {
        return get(need(snapshot, "snapshot").snapshot, ref, type, need(record, "record"),
                   need(hold, "hold"));
    });
}

void vitrine_hold_free(vitrine_hold* hold) { delete hold; }

vitrine_status vitrine_snapshot_root(const vitrine_snapshot* snapshot, const char* name,
                                     vitrine_ref* ref, uint64_t* type) {
    return guarded_status([&] {
        need(ref, "ref");
        const auto& machine = need(snapshot, "snapshot").snapshot.machine();
        return give_root(vitrine::btree::find_root(machine, need_text(name, "name")), name, *ref,
                         type);
    });
}

vitrine_status vitrine_snapshot_roots(const vitrine_snapshot* snapshot, vitrine_roots** roots) {
    return guarded([&] {
        need(roots, "roots");
        *roots = list_roots(need(snapshot, "snapshot").snapshot);
    });
}

}  // extern "C"
