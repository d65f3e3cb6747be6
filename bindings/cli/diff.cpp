#include <memory>
#include <set>

#include <vitrine/error.hpp>

#include "bindings/cli/at_option.hpp"
#include "bindings/cli/commands.hpp"
#include "bindings/cli/key_json.hpp"
#include "bindings/cli/names.hpp"
#include "bindings/cli/open_store.hpp"
#include "bindings/cli/print.hpp"
#include "bindings/cli/value_json.hpp"
#include "btree/tree_diff.hpp"
#include "btree/tree_edits.hpp"
#include "mvcc/past.hpp"

namespace vitrine::cli {
namespace {

struct Options {
    std::string store;
    std::string before;
    std::string after;
    bool json = false;
};

constexpr std::size_t kCommitsAtOnce = 256;

/// One thing that differs, as JSON: an object, or a key of a tree.
struct Change {
    std::string where{};   // "#12 Account", "#7 tree [\"key\"]"
    std::string object{};  // "#12"
    std::string type{};
    std::string key{};     // JSON; empty for an object
    std::string before{};  // JSON; empty: not there
    std::string after{};
};

class Diff {
  public:
    Diff(const mvcc::Snapshot& before, const mvcc::Snapshot& after, bool json)
        : before_(before), after_(after), json_(json) {}

    bool run() {
        for (const core::ObjectId id : touched()) {
            const auto old_kind = kind_of(before_, id);
            const auto new_kind = kind_of(after_, id);
            if (old_kind || new_kind)
                tree(id, new_kind ? *new_kind : *old_kind);
            else
                object(id);
        }
        return any_;
    }

  private:
    // The log says what may differ; what was changed back does not.
    std::set<core::ObjectId> touched() const {
        std::set<core::ObjectId> ids;
        Version at = before_.version();
        while (at < after_.version()) {
            const auto commits = mvcc::commits(after_.store(), at, kCommitsAtOnce);
            if (commits.empty()) break;
            for (const CommitInfo& commit : commits) {
                if (commit.version > after_.version()) return ids;
                for (const AnyRef changed : commit.changed) ids.insert(core::to_id(changed));
            }
            at = commits.back().version;
        }
        return ids;
    }

    static std::optional<btree::TreeKind> kind_of(const mvcc::Snapshot& snapshot,
                                                  core::ObjectId id) {
        if (id == btree::kCatalog) return btree::catalog_kind();
        return btree::kind_of(snapshot, id);
    }

    [[nodiscard]] std::string record(const mvcc::VersionHandle& version) const {
        if (!version) return "";
        JsonWriter out(JsonWriter::kCompact);
        write_object(out, types(), version->type(), version->payload(), Exactness::shown);
        return out.take();
    }

    void object(core::ObjectId id) {
        const auto old_version = before_.find(id);
        const auto new_version = after_.find(id);
        if (!old_version && !new_version) return;
        if (old_version && new_version && old_version->type() == new_version->type() &&
            std::ranges::equal(old_version->payload(), new_version->payload()))
            return;
        Change change;
        change.object = fmt::format("#{}", id.value);
        change.type = type_name(types(), (new_version ? new_version : old_version)->type());
        change.where = change.object + " " + change.type;
        change.before = record(old_version);
        change.after = record(new_version);
        tell(change);
    }

    void tree(core::ObjectId id, const btree::TreeKind& kind) {
        const std::string object = fmt::format("#{}", id.value);
        const std::string name = id == btree::kCatalog ? "roots" : "tree " + object;
        btree::diff_trees(before_, after_, id, [&](const btree::KeyChange& key_change) {
            Change change;
            change.object = object;
            change.type = id == btree::kCatalog ? "roots" : kind_text(types(), kind);
            JsonWriter key(JsonWriter::kCompact);
            write_key(key, kind.key, key_change.key);
            change.key = key.take();
            change.where = fmt::format("{} {}", name, change.key);
            change.before = value(kind, key_change.before);
            change.after = value(kind, key_change.after);
            tell(change);
            return true;
        });
    }

    [[nodiscard]] std::string value(const btree::TreeKind& kind,
                                    const std::optional<btree::ByteSpan>& bytes) const {
        if (!bytes) return "";
        JsonWriter out(JsonWriter::kCompact);
        write_value(out, types(), kind.value, *bytes, Exactness::shown);
        return out.take();
    }

    void tell(const Change& change) {
        any_ = true;
        if (json_) return tell_json(change);
        const char* sign = change.before.empty() ? "+" : change.after.empty() ? "-" : "~";
        print("{} {}", sign, change.where);
        if (!change.before.empty()) print("    - {}", change.before);
        if (!change.after.empty()) print("    + {}", change.after);
    }

    static void tell_json(const Change& change) {
        JsonWriter out(JsonWriter::kCompact);
        out.begin_object().key("object").string(change.object).key("type").string(change.type);
        if (!change.key.empty()) out.key("key").raw(change.key);
        if (!change.before.empty()) out.key("before").raw(change.before);
        if (!change.after.empty()) out.key("after").raw(change.after);
        out.end_object();
        print_line(out.text());
    }

    [[nodiscard]] const core::schema::Registry& types() const { return after_.store().types(); }

    const mvcc::Snapshot& before_;
    const mvcc::Snapshot& after_;
    const bool json_;
    bool any_ = false;
};

int run(const Options& options) {
    const auto store = open_store(options.store, Access::read);
    const mvcc::Snapshot before = snapshot_of(*store, options.before);
    const mvcc::Snapshot after = snapshot_of(*store, options.after);
    if (after.version() < before.version()) throw WrongUsage("the older version comes first");
    return Diff(before, after, options.json).run() ? kNo : kOk;
}

}  // namespace

void add_diff(CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App& command = line.add(
        {.name = "diff",
         .summary = "What two versions differ in: objects, keys of trees, roots",
         .details =
             "Both have to be kept by the store's retention. + is new, - is gone, ~ changed.\n"
             "Exit code 1 when there is a difference, 0 when there is none.\n\n"
             "Examples:\n"
             "  vitrine diff shop.vitrine 117 118\n"
             "  vitrine diff shop.vitrine 2026-03-01 2026-03-02T12:00 --json\n"
             "  vitrine diff shop.vitrine 117",
         .run = [options] { return run(*options); }});
    command.add_option("store", options->store, "The file")->required();
    command.add_option("before", options->before, "A version or time")->required();
    command.add_option("after", options->after, "Another; the newest when it is left out");
    command.add_flag("--json", options->json, "For programs: a JSON object on each line");
}

}  // namespace vitrine::cli
