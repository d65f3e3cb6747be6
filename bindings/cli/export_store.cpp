#include "bindings/cli/export_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "bindings/cli/export_format.hpp"
#include "bindings/cli/key_json.hpp"
#include "bindings/cli/value_json.hpp"
#include "btree/object_scan.hpp"
#include "btree/references.hpp"
#include "btree/tree_edits.hpp"
#include "mvcc/store.hpp"

namespace vitrine::cli {
namespace {

class Export {
  public:
    Export(const mvcc::Snapshot& snapshot, const LineSink& sink, ProgressBar& bar)
        : snapshot_(snapshot), store_(snapshot.store()), sink_(sink), bar_(bar) {}

    ExportReport run() {
        const std::uint64_t ids = largest_id();
        line([&](JsonWriter& out) {
            out.key("format").string(kExportFormat).key("version").number(kExportVersion);
            out.key("ids").number(ids);
        });
        types();
        objects();
        roots();
        line([&](JsonWriter& out) {
            out.key("end").boolean(true).key("objects").number(report_.objects);
            out.key("trees").number(report_.trees).key("entries").number(report_.entries);
            out.key("roots").number(report_.roots);
        });
        return report_;
    }

  private:
    void line(const std::function<void(JsonWriter&)>& members) {
        JsonWriter out(JsonWriter::kCompact);
        out.begin_object();
        members(out);
        out.end_object();
        sink_(out.text());
    }

    // Each pass is half of the work.
    void step(core::ObjectId id, std::uint64_t pass) {
        const std::uint64_t all = store_.next_object_id();
        bar_.step(pass * all + id.value, 2 * all);
    }

    // An id that something refers to must not be given to another object by who imports this.
    // A reference may hold any number; what was never given out needs no room.
    std::uint64_t largest_id() {
        core::ObjectId largest{core::kFirstFreeId - 1};
        const core::ObjectId next{store_.next_object_id()};
        btree::References references(snapshot_);
        const auto look = [&](core::ObjectId id) {
            const bool there = references.targets(id, [&](std::span<const core::ObjectId> found) {
                for (const core::ObjectId target : found)
                    if (target < next) largest = std::max(largest, target);
                step(id, 0);
            });
            if (there) largest = std::max(largest, id);
        };
        look(btree::kCatalog);
        btree::ObjectScan scan(store_);
        while (const auto found = scan.next()) {
            step(found->id, 0);
            look(found->id);
        }
        return largest.value;
    }

    void types() {
        auto stored = store_.storage().types();
        std::sort(stored.begin(), stored.end(),
                  [](const auto& a, const auto& b) { return a.id < b.id; });
        for (const core::StoredType& type : stored)
            line([&](JsonWriter& out) {
                out.key("type").string(core::schema::hex_id(type.id));
                out.key("name").string(store_.types().name_of(type.id));
                out.key("node").string(base64(bytes_of(type.node)));
            });
    }

    void objects() {
        btree::ObjectScan scan(store_);
        while (const auto found = scan.next()) {
            step(found->id, 1);
            if (found->id == btree::kCatalog) continue;
            const mvcc::VersionHandle version = snapshot_.find(found->id);
            if (!version) continue;
            if (version->type() == btree::kTreeHeaderType)
                tree(found->id);
            else
                object(*version);
        }
    }

    void object(const mvcc::ObjectVersion& version) {
        ++report_.objects;
        line([&](JsonWriter& out) {
            out.key("object").number(version.id().value);
            out.key("type").string(core::schema::hex_id(version.type())).key("value");
            write_object(out, store_.types(), version.type(), version.payload(),
                         Exactness::roundtrip);
        });
    }

    void tree(core::ObjectId id) {
        ++report_.trees;
        const btree::TreeKind kind = *btree::kind_of(snapshot_, id);
        line([&](JsonWriter& out) {
            out.key("tree").number(id.value).key("keys").string(kind.key);
            out.key("values").string(kind.value);
        });
        const auto tree = btree::open_tree(snapshot_, id, kind);
        for (const auto cursor = tree->cursor({}); cursor->valid(); cursor->step()) {
            ++report_.entries;
            if (report_.entries % 1000 == 0) step(id, 1);
            line([&](JsonWriter& out) {
                out.key("key");
                write_key(out, kind.key, cursor->key_copy());
                if (kind.value == "unit") return;
                out.key("value");
                write_value(out, store_.types(), kind.value, cursor->value(), Exactness::roundtrip);
            });
        }
    }

    void roots() {
        for (const auto& [name, root] : btree::roots(snapshot_)) {
            ++report_.roots;
            line([&, &text = name, &target = root](JsonWriter& out) {
                out.key("root");
                write_key(out, "string", std::as_bytes(std::span(text)));
                out.key("id").number(target.id.value);
            });
        }
    }

    const mvcc::Snapshot& snapshot_;
    mvcc::Store& store_;
    const LineSink& sink_;
    ProgressBar& bar_;
    ExportReport report_;
};

}  // namespace

ExportReport export_store(const mvcc::Snapshot& snapshot, const LineSink& sink, ProgressBar& bar) {
    return Export(snapshot, sink, bar).run();
}

}  // namespace vitrine::cli
