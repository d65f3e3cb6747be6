#include "bindings/c/src/handles.hpp"
#include "bindings/c/src/record.hpp"
#include "bindings/c/src/tree.hpp"

namespace vitrine::capi {
namespace {

vitrine_status get(const mvcc::View& view, vitrine_ref ref, std::uint64_t type,
                   vitrine_record& record) {
    const mvcc::ObjectVersion* const found = view.find(core::ObjectId{ref});
    if (found == nullptr) return no_object(ref);
    check_asked(view.snapshot().store(), found->id(), found->type(), type);
    record = to_record(found->payload(), found->type(), found->born());
    return VITRINE_OK;
}

vitrine_status value(const mvcc::View& view, const vitrine_tree& tree, BytesView key,
                     vitrine_bytes& value) {
    if (tree.writer != nullptr || &tree.snapshot.store() != &view.snapshot().store() ||
        tree.snapshot.version() != view.snapshot().version())
        throw UsageError("a view reads trees of its own snapshot only");
    check_key_size(tree, key);
    const auto found = btree::peek(*tree.reader, key);
    if (!found) return no_key(tree, key);
    value = to_bytes(*found);
    return VITRINE_OK;
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_snapshot_view(const vitrine_snapshot* snapshot, vitrine_view** view) {
    return guarded([&] {
        need(view, "view");
        *view =
            new vitrine_view{vitrine::mvcc::View(need(snapshot, "snapshot").snapshot.machine())};
    });
}

void vitrine_view_free(vitrine_view* view) { delete view; }

vitrine_status vitrine_view_get(vitrine_view* view, vitrine_ref ref, uint64_t type,
                                vitrine_record* record) {
    return guarded_status(
        [&] { return get(need(view, "view").view, ref, type, need(record, "record")); });
}

vitrine_status vitrine_view_value(vitrine_view* view, const vitrine_tree* tree, const void* key,
                                  size_t key_size, vitrine_bytes* place) {
    return guarded_status([&] {
        return value(need(view, "view").view, need(tree, "tree"), to_view(key, key_size, "key"),
                     need(place, "value"));
    });
}

}  // extern "C"
