#include "btree/migrate.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/nodes.hpp"
#include "mvcc/transaction.hpp"

namespace vitrine::btree {
namespace {

constexpr std::size_t kRowsAtOnce = 512;

class Migration {
  public:
    using Convert = core::FunctionRef<std::vector<core::Word>(core::Words)>;

    Migration(mvcc::Store& store, core::TypeId from, core::TypeId to, Convert convert)
        : store_(store),
          from_(from),
          to_(to),
          convert_(convert),
          old_ref_(fmt::format("ref {:#018x}", from)),
          new_ref_(fmt::format("ref {:#018x}", to)),
          old_struct_(fmt::format("struct {:#018x}", from)) {}

    void run(const Progress& progress) {
        const std::uint64_t total = store_.next_object_id();
        std::optional<core::RowKey> at;
        ObjectId last{};
        do {
            std::vector<ObjectId> found;
            at = store_.storage().scan(at, kRowsAtOnce, [&](core::RowKey key, core::Words row) {
                if (key.id == last) return true;  // an older version
                last = key.id;
                if (!row.empty() && (row[0] == from_ || row[0] == kTreeHeaderType))
                    found.push_back(key.id);
                return true;
            });
            commit(found);
            if (progress && !progress(std::min(last.value, total), total))
                throw CancelledError("the migration was cancelled; it can be resumed");
        } while (at);
    }
    MigrationReport take_report() { return std::move(report_); }

  private:
    // Again, when another commit changed one of them.
    void commit(const std::vector<ObjectId>& ids) {
        if (ids.empty()) return;
        for (;;) {
            MigrationReport done = report_;
            TransactionOptions options;
            options.note = "migration";
            mvcc::Transaction transaction(store_, store_.snapshot(), options);
            for (const ObjectId id : ids) migrate_object(transaction, id, done);
            try {
                const Version base = transaction.base().version();
                if (transaction.commit() != base) ++done.commits;
                report_ = std::move(done);
                return;
            } catch (const ConflictError&) {  // NOLINT(bugprone-empty-catch)
            }
        }
    }

    void migrate_object(mvcc::Transaction& transaction, ObjectId id, MigrationReport& done) {
        if (!transaction.sees(id)) return;  // garbage that is being collected
        const VersionHandle version = transaction.base().find(id);
        if (!version) return;
        if (version->type() == from_) {
            transaction.restore(id, to_, convert_(version->payload()));
            ++done.objects;
        } else if (version->type() == kTreeHeaderType) {
            migrate_tree(transaction, version, done);
        }
    }

    void migrate_tree(mvcc::Transaction& transaction, const VersionHandle& header,
                      MigrationReport& done) {
        const auto& view = header->aux<TreeHeaderView>();
        TreeKind kind = kind_of(view);
        if (kind.value.find(old_struct_) != std::string::npos)
            done.trees_left.push_back(core::to_ref(header->id()));
        const std::size_t at = kind.value.find(old_ref_);
        if (at == std::string::npos) return;
        kind.value.replace(at, old_ref_.size(), new_ref_);
        transaction.restore(header->id(), kTreeHeaderType, build_header(kind, state_of(view)));
        ++done.trees;
    }

    mvcc::Store& store_;
    const core::TypeId from_;
    const core::TypeId to_;
    const Convert convert_;
    const std::string old_ref_, new_ref_, old_struct_;
    MigrationReport report_;
};

}  // namespace

MigrationReport migrate(mvcc::Store& store, core::TypeId from, core::TypeId to,
                        core::FunctionRef<std::vector<core::Word>(core::Words)> convert,
                        const Progress& progress) {
    if (from == to) throw UsageError("a migration needs two types");
    store.write_through();  // so that the rows have everything
    store.types().retarget(from, to);
    Migration migration(store, from, to, convert);
    migration.run(progress);
    return migration.take_report();
}

}  // namespace vitrine::btree
