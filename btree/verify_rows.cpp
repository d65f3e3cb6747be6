#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/references.hpp"
#include "btree/snapshot_cursor.hpp"
#include "btree/tree_edits.hpp"
#include "btree/verify_run.hpp"
#include "core/schema/misfit.hpp"
#include "core/schema/references.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {
namespace {

constexpr std::size_t kRowsAtOnce = 256;

}  // namespace

void VerifyRun::check_rows() {
    std::optional<core::RowKey> at;
    std::optional<core::RowKey> object;  // the newest row of the object that is gone over
    const auto finish = [&] {
        if (object) check_object(object->id, object);
    };
    ObjectId last{};
    do {
        // Collected first: objects are looked at outside of the storage's own read.
        std::vector<core::RowKey> keys;
        at = store_.storage().scan(at, kRowsAtOnce, [&](core::RowKey key, core::Words row) {
            check_row(key, row, key.id == last);
            last = key.id;
            keys.push_back(key);
            return true;
        });
        for (const core::RowKey& key : keys) {
            if (object && object->id == key.id) continue;  // an older version
            finish();
            object = key;
        }
    } while (at);
    finish();
}

void VerifyRun::check_row(core::RowKey key, core::Words row, bool superseded) {
    ++report_.versions;
    report_.bytes += row.size_bytes();
    try {
        core::check_row(key.id, key.version, row);
    } catch (const CorruptionError& error) {
        fault(key.id, key.version, error.what());
        return;
    }
    // Ids and versions are given out before rows are stored, so this is right beside commits too.
    if (key.id.value >= store_.next_object_id() || !key.id)
        fault(key.id, key.version,
              fmt::format("object #{} has an id that was never given out", key.id.value));
    if (key.version > store_.storage().state().newest_row())
        fault(key.id, key.version,
              fmt::format("object #{} has a row of version {}, which was never committed",
                          key.id.value, key.version.value()));
    // The newest one is looked at as the snapshot shows it.
    if (superseded && row.size() > core::kRowHeaderWords)
        check_record(key, row.front(), row.subspan(core::kRowHeaderWords));
}

void VerifyRun::check_record(core::RowKey key, core::TypeId type, core::Words payload) {
    if (const mvcc::TypeTraits* traits = store_.traits_of(type)) {
        std::vector<core::Word> aux(traits->aux_bytes / sizeof(core::Word));
        try {
            traits->prepare(aux.data(), payload);
        } catch (const std::bad_alloc&) {  // says nothing about the record
            throw;
        } catch (const std::exception& error) {
            fault(key.id, key.version,
                  fmt::format("object #{}, version {}: {}", key.id.value, key.version.value(),
                              error.what()));
        }
        return;
    }
    const auto stored = store_.types().find(type);
    if (!stored)
        return fault(key.id, key.version,
                     fmt::format("object #{} is of a type that the store does not know: {:#x}",
                                 key.id.value, type));
    if (const auto misfit = core::schema::find_misfit(stored->schema, payload))
        fault(key.id, key.version,
              fmt::format("object #{}, version {}, does not fit its type: {}", key.id.value,
                          key.version.value(), *misfit));
}

void VerifyRun::check_object(ObjectId id, const std::optional<core::RowKey>& newest_row) {
    tick(id.value);
    VersionHandle version;
    try {
        version = snapshot_.find(id);
    } catch (const CorruptionError& error) {
        fault(id, error.version(), error.what());
        return;
    } catch (const Error& error) {
        fault(id, newest_row ? newest_row->version : Version{}, error.what());
        return;
    }
    if (!version) return;
    if (is_part_of_tree(version->type())) {
        parts_.set(id);
        return;
    }
    if (id != kCatalog) objects_.set(id);
    if (version->type() == kTreeHeaderType) {
        if (id != kCatalog) ++report_.trees;
        holder_ = id;
        check_tree(version);
        holder_ = {};
        return;
    }
    ++report_.objects;
    const std::uint64_t met_before = met_;
    check_record({id, version->born()}, version->type(), version->payload());
    if (met_ == met_before) check_references(id, *version, version->type(), version->payload(), "");
}

void VerifyRun::check_references(ObjectId from, const ObjectVersion& row, core::TypeId type,
                                 core::Words payload, const std::string& prefix) {
    const auto stored = store_.types().find(type);
    if (!stored) {
        fault(row.id(), row.born(),
              fmt::format("object #{} is of a type that the store does not know: {:#x}",
                          row.id().value, type));
        return;
    }
    try {
        core::schema::visit_references(
            stored->schema, payload,
            [&](ObjectId target, core::TypeId expected, bool is_tree, const std::string& path) {
                check_reference(from, row, target, expected, is_tree, join_path(prefix, path));
            });
    } catch (const CancelledError&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        fault(row.id(), row.born(), error.what());
    } catch (const kj::Exception& error) {
        fault(row.id(), row.born(),
              fmt::format("object #{} does not fit its type: {}", row.id().value,
                          error.getDescription().cStr()));
    }
}

void VerifyRun::check_reference(ObjectId from, const ObjectVersion& row, ObjectId target,
                                core::TypeId expected, bool is_tree, const std::string& path) {
    VersionHandle found;
    try {
        found = snapshot_.find(target);
    } catch (const Error&) {
        return;  // damaged itself, and told as such
    }
    if (!found) {
        report_.dangling_references.push_back(
            {core::to_ref(from), row.born(), path, core::to_ref(target)});
        return;
    }
    if (is_tree) expected = kTreeHeaderType;
    if (expected == 0 || found->type() == expected) return;
    fault(row.id(), row.born(),
          fmt::format("object #{} refers by \"{}\" to #{}, which is no {}", from.value, path,
                      target.value, is_tree ? "tree" : store_.types().name_of(expected)));
}

void VerifyRun::check_roots() {
    try {
        const VersionHandle header = snapshot_.find(kCatalog);
        if (!header) return;
        SnapshotCursor cursor(snapshot_, state_of(header->aux<TreeHeaderView>()), {});
        for (; cursor.valid(); cursor.step()) {
            ++report_.roots;
            check_reference(kCatalog, *header, ObjectId{word_of(cursor.value())}, 0, false,
                            entry_text(kCatalog, catalog_kind(), cursor.key_copy()));
        }
    } catch (const CorruptionError& error) {
        fault(core::to_id(error.object()), error.version(), error.what());
    } catch (const StorageError& error) {
        fault(kCatalog, {}, error.what());
    }
}

}  // namespace vitrine::btree
