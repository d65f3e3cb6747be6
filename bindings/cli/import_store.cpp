#include "bindings/cli/import_store.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <kj/exception.h>

#include <vitrine/error.hpp>

#include "bindings/cli/export_format.hpp"
#include "bindings/cli/key_json.hpp"
#include "bindings/cli/struct_json.hpp"
#include "bindings/cli/value_json.hpp"
#include "bindings/cpp/src/kind_names.hpp"
#include "btree/node_types.hpp"
#include "btree/tree_edits.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "core/schema/node.hpp"
#include "mvcc/store.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::cli {
namespace {

// A commit is made when so much came together: what a transaction holds is in memory.
constexpr std::size_t kCommitBytes = std::size_t{8} << 20;
constexpr std::size_t kCommitItems = 20'000;

core::ObjectId id_of(JsonReader value) {
    const core::ObjectId id{unsigned_of(value)};
    if (!id || id.value > core::kMaxObjectId)
        throw JsonError(fmt::format("{} is no id of an object", id.value));
    return id;
}

core::TypeId type_id(std::string_view text) {
    core::TypeId type = 0;
    const char* end = text.data() + text.size();
    if (text.substr(0, 2) != "0x" || std::from_chars(text.data() + 2, end, type, 16).ptr != end ||
        type == 0)
        throw JsonError(fmt::format("\"{}\" is no id of a type", text));
    return type;
}

class Import {
  public:
    Import(const std::string& file, const LineSource& source, ProgressBar& bar)
        : file_(file), source_(source), bar_(bar) {}

    ExportReport run() {
        while (!ended_ && source_(line_)) {
            ++number_;
            try {
                take(JsonDocument(line_).value());
            } catch (const JsonError& error) {
                throw JsonError(fmt::format("line {}: {}", number_, error.what()));
            } catch (const UsageError& error) {
                throw JsonError(fmt::format("line {}: {}", number_, error.what()));
            } catch (const kj::Exception& error) {
                throw JsonError(fmt::format("line {}: {}", number_, error.getDescription().cStr()));
            }
        }
        if (!ended_) throw JsonError(fmt::format("the export ends early, after line {}", number_));
        store_->flush();
        store_->close();
        return report_;
    }

  private:
    void take(JsonReader line) {
        if (number_ % 1000 == 0) bar_.step(number_, 0);
        if (number_ == 1) return take_head(line);
        if (const auto type = find_member(line, "type"); type && !find_member(line, "object"))
            return take_type(line);
        if (!store_) open_store();
        if (const auto key = find_member(line, "key")) return take_entry(*key, line);
        tree_.reset();
        kind_.reset();
        if (const auto object = find_member(line, "object"))
            take_object(id_of(*object), line);
        else if (const auto tree = find_member(line, "tree"))
            take_tree(id_of(*tree), line);
        else if (const auto root = find_member(line, "root"))
            take_root(*root, line);
        else
            take_end(line);
    }

    void take_head(JsonReader line) {
        const auto format = find_member(line, "format");
        if (!format || !format->isString() || text_of(*format) != kExportFormat)
            throw JsonError("this is no export of a Vitrine store");
        if (const std::uint64_t version = unsigned_of(member(line, "version"));
            version != kExportVersion)
            throw JsonError(
                fmt::format("version {} of the export format is not known to this "
                            "program, which reads version {}",
                            version, kExportVersion));
        ids_ = unsigned_of(member(line, "ids"));
        if (ids_ >= core::kMaxObjectId) throw JsonError("the ids go too far");
    }

    void take_type(JsonReader line) {
        if (store_) throw JsonError("types come before objects");
        const core::TypeId id = type_id(text_member(line, "type"));
        const auto bytes = from_base64(text_member(line, "node"));
        core::StoredType type{id, checked_struct(bytes)};
        static_cast<void>(core::schema::checked_copy(type));
        types_.push_back(std::move(type));
    }

    // Types and the room for ids go in below the machine: they are nobody's commit.
    void open_store() {
        auto storage = core::lmdb::open(file_, {});
        const core::StorageState state = storage->state();
        core::Batch batch;
        batch.newest = state.newest;
        batch.time = state.time;
        batch.history = state.history;
        batch.log = state.log;
        batch.next_object_id = std::max(state.next_object_id, ids_ + 1);
        std::sort(types_.begin(), types_.end(),
                  [](const auto& a, const auto& b) { return a.id < b.id; });
        batch.types = std::move(types_);
        storage->write(batch);
        StoreOptions options;
        options.durability = Durability::deferred;  // one flush at the end is enough
        options.cache_bytes = std::size_t{64} << 20;
        store_ = mvcc::Store::open(std::move(storage), options, btree::node_traits());
    }

    void take_object(core::ObjectId id, JsonReader line) {
        require_room(id);
        const core::TypeId type = type_id(text_member(line, "type"));
        const Payload payload = read_object(store_->types(), type, member(line, "value"));
        make_way(payload.size() * sizeof(core::Word));
        transaction().restore(id, type, payload);
        ++report_.objects;
    }

    void take_tree(core::ObjectId id, JsonReader line) {
        require_room(id);
        make_way(0);
        kind_ = detail::kind_named(text_member(line, "keys"), text_member(line, "values"));
        tree_ = btree::restore_tree(transaction(), id, *kind_);
        tree_id_ = id;
        last_key_.reset();
        ++report_.trees;
    }

    void take_entry(JsonReader key, JsonReader line) {
        if (!kind_) throw JsonError("an entry comes after its tree");
        const btree::KeyBytes bytes = read_key(kind_->key, key);
        // Not only for speed: a key that comes twice would be lost.
        if (last_key_ && bytes <= *last_key_) throw JsonError("the keys of a tree rise");
        std::vector<std::byte> value;
        if (kind_->value != "unit")
            value = read_value(store_->types(), kind_->value, member(line, "value"));
        make_way(bytes.size() + value.size());
        if (!tree_) tree_ = btree::edit_tree(transaction(), tree_id_, *kind_);
        tree_->put(bytes, value);
        last_key_ = bytes;
        ++report_.entries;
    }

    void take_root(JsonReader root, JsonReader line) {
        const btree::KeyBytes name = read_key("string", root);
        const std::uint64_t id = id_of(member(line, "id")).value;
        make_way(name.size());
        // Not by set_root(): a root may dangle, and does so in the export then.
        transaction().participant<btree::TreeEdits>().catalog().put(
            name, std::as_bytes(std::span(&id, 1)));
        ++report_.roots;
    }

    void take_end(JsonReader line) {
        if (!boolean_of(member(line, "end"))) throw JsonError("what is this line?");
        const auto check = [&](const char* what, std::uint64_t met) {
            if (const std::uint64_t told = unsigned_of(member(line, what)); told != met)
                throw JsonError(fmt::format("{} {} were announced and {} came", told, what, met));
        };
        check("objects", report_.objects);
        check("trees", report_.trees);
        check("entries", report_.entries);
        check("roots", report_.roots);
        commit();
        ended_ = true;
    }

    void require_room(core::ObjectId id) const {
        if (id.value < core::kFirstFreeId || id.value > ids_)
            throw JsonError(
                fmt::format("#{} is not among the ids that the first line announced", id.value));
    }

    mvcc::Transaction& transaction() {
        if (!transaction_) transaction_.emplace(*store_, store_->snapshot(), TransactionOptions{});
        return *transaction_;
    }

    void make_way(std::size_t bytes) {
        bytes_ += bytes;
        if (bytes_ >= kCommitBytes || ++items_ >= kCommitItems) commit();
    }

    void commit() {
        tree_.reset();
        if (transaction_) transaction_->commit();
        transaction_.reset();
        bytes_ = items_ = 0;
    }

    const std::string& file_;
    const LineSource& source_;
    ProgressBar& bar_;
    std::string line_;
    std::uint64_t number_ = 0;
    std::uint64_t ids_ = 0;
    std::vector<core::StoredType> types_;
    mvcc::StoreOwner store_;
    std::optional<mvcc::Transaction> transaction_;
    std::size_t bytes_ = 0;
    std::size_t items_ = 0;
    std::optional<btree::TreeKind> kind_;
    std::shared_ptr<btree::TreeWriter> tree_;  // of the transaction
    core::ObjectId tree_id_{};
    std::optional<btree::KeyBytes> last_key_;
    ExportReport report_;
    bool ended_ = false;
};

}  // namespace

ExportReport import_store(const std::string& file, const LineSource& source, ProgressBar& bar) {
    return Import(file, source, bar).run();
}

}  // namespace vitrine::cli
