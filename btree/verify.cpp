#include "btree/verify.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/snapshot_cursor.hpp"
#include "btree/tree_edits.hpp"
#include "btree/verify_run.hpp"
#include "core/schema/references.hpp"
#include "mvcc/store.hpp"

namespace vitrine::btree {
namespace {

constexpr std::size_t kRowsAtOnce = 256;

}  // namespace

void VerifyRun::tick(std::uint64_t done) {
    if (!progress_ || ++ticks_ % 64 != 0) return;
    const std::uint64_t total = std::max(snapshot_.store().next_object_id(), done);
    if (!progress_(done, total)) throw CancelledError("verification was cancelled");
}

void VerifyRun::fault(ObjectId id, Version version, std::string what) {
    ++met_;
    if (!told_.emplace(id.value, version.value()).second) return;
    report_.faults.push_back({core::to_ref(id), version, std::move(what)});
}

void VerifyRun::check_row(core::RowKey key, core::Words row) {
    ++report_.versions;
    report_.bytes += row.size_bytes();
    try {
        core::check_row(key.id, key.version, row);
    } catch (const CorruptionError& error) {
        fault(key.id, key.version, error.what());
    }
}

void VerifyRun::check_rows() {
    mvcc::Store& store = snapshot_.store();
    std::optional<core::RowKey> at;
    std::optional<core::RowKey> object;  // the newest row of the object that is gone over
    const auto finish = [&] {
        if (object) check_object(object->id, object);
    };
    do {
        // Collected first: objects are looked at outside of the storage's own read.
        std::vector<core::RowKey> keys;
        at = store.storage().scan(at, kRowsAtOnce, [&](core::RowKey key, core::Words row) {
            check_row(key, row);
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
    if (!version || is_part_of_tree(version->type())) return;
    if (version->type() == kTreeHeaderType) {
        if (id != kCatalog) ++report_.trees;
        check_tree(version);
        return;
    }
    ++report_.objects;
    check_references(*version, version->type(), version->payload(), "");
}

void VerifyRun::check_references(const ObjectVersion& from, core::TypeId type, core::Words payload,
                                 const std::string& prefix) {
    const auto stored = snapshot_.store().types().find(type);
    if (!stored) {
        fault(from.id(), from.born(),
              fmt::format("object #{} is of a type that the store does not know: {:#x}",
                          from.id().value, type));
        return;
    }
    try {
        core::schema::visit_references(
            stored->schema, payload,
            [&](ObjectId target, core::TypeId expected, bool is_tree, const std::string& path) {
                check_reference(from, target, expected, is_tree, prefix + path);
            });
    } catch (const CancelledError&) {
        throw;
    } catch (const std::exception& error) {
        fault(from.id(), from.born(), error.what());
    } catch (const kj::Exception& error) {
        fault(from.id(), from.born(),
              fmt::format("object #{} does not fit its type: {}", from.id().value,
                          error.getDescription().cStr()));
    }
}

void VerifyRun::check_reference(const ObjectVersion& from, ObjectId target, core::TypeId expected,
                                bool is_tree, const std::string& path) {
    VersionHandle found;
    try {
        found = snapshot_.find(target);
    } catch (const Error&) {
        return;  // damaged itself, and told as such
    }
    if (!found) {
        report_.dangling_references.push_back(
            {core::to_ref(from.id()), from.born(), path, core::to_ref(target)});
        return;
    }
    if (is_tree) expected = kTreeHeaderType;
    if (expected == 0 || found->type() == expected) return;
    auto& types = snapshot_.store().types();
    report_.faults.push_back(
        {core::to_ref(from.id()), from.born(),
         fmt::format("object #{} refers by \"{}\" to #{}, which is no {}", from.id().value, path,
                     target.value, is_tree ? "tree" : types.name_of(expected))});
}

void VerifyRun::check_roots() {
    try {
        VersionHandle header = snapshot_.find(kCatalog);
        if (!header) return;
        SnapshotCursor cursor(snapshot_, state_of(header->aux<TreeHeaderView>()), {});
        for (; cursor.valid(); cursor.step()) {
            ++report_.roots;
            const ByteSpan name = cursor.key();
            check_reference(
                *header, ObjectId{word_of(cursor.value())}, 0, false,
                fmt::format("[\"{}\"]", std::string_view(reinterpret_cast<const char*>(name.data()),
                                                         name.size())));
        }
    } catch (const CorruptionError& error) {
        fault(core::to_id(error.object()), error.version(), error.what());
    } catch (const StorageError& error) {
        fault(kCatalog, {}, error.what());
    }
}

VerifyReport verify(const mvcc::Snapshot& snapshot, const Progress& progress) {
    VerifyRun run(snapshot, progress);
    try {
        snapshot.store().flush();  // what the snapshot shows is in rows, then
        run.check_rows();
        run.check_roots();
    } catch (const CancelledError&) {
        throw;
    } catch (const CorruptionError& error) {
        VerifyReport report = run.take();
        report.faults.push_back({error.object(), error.version(), error.what()});
        return report;
    } catch (const Error& error) {
        VerifyReport report = run.take();
        report.faults.push_back({{}, {}, error.what()});
        return report;
    }
    return run.take();
}

}  // namespace vitrine::btree
