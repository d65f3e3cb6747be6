#include <stdexcept>

#include "btree/salvage.hpp"
#include "core/archive/compact.hpp"
#include "core/archive/restore.hpp"
#include "core/archive/write_archive.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "tests/crash/faults/stage.hpp"

// Scenarios that make or replace files.
namespace vitrine::crash {
namespace {

const StoreOptions kKeeping{.retention = Retention::commits(50)};

void nothing(Stage&) {}

/// What cannot be read is lost, which the report says.
void salvage(Stage& stage) {
    if (!btree::salvage(stage.file(), stage.file("copy"), {}).complete())
        throw StorageError("not all of it was salvaged");
}

std::string dump_of(const std::filesystem::path& file) {
    return dump(Store::open(file, {.create_if_missing = false}).snapshot());
}

/// The copy is there, whole, if it should be; and no part of one is.
void expect_copy(Stage& stage, bool there) {
    if (std::filesystem::exists(stage.file("copy.part")) && !stage.removing_fails)
        throw std::logic_error("a part of a copy was left");
    if (std::filesystem::exists(stage.file("copy")) &&
        dump_of(stage.file("copy")) != dump_of(stage.file()))
        throw std::logic_error("the copy shows something else");
    if (there && !std::filesystem::exists(stage.file("copy")))
        throw std::logic_error("there is no copy");
}

void write_archive(Stage& stage, const char* name, const char* since) {
    const auto storage = core::lmdb::open(stage.file(), {.read_only = true});
    std::optional<core::archive::Since> from;
    if (since != nullptr)
        from = core::archive::end_of(stage.file(since), storage->state().identity);
    core::archive::write_archive(core::archive::Source::all_of(*storage), from, stage.file(name),
                                 {});
}

void make_archives(Stage& stage) {
    stage.store.reset();
    write_archive(stage, "monday", nullptr);
    stage.open();
    stage.store->transact([](Transaction& tx) { texts(tx).put(3, "tuesday"); });
    stage.store.reset();
    write_archive(stage, "tuesday", "monday");
    stage.open();
}

void restore(Stage& stage) {
    core::archive::restore({stage.file("monday"), stage.file("tuesday")}, {}, stage.file("copy"),
                           {});
}

/// The archive is whole: what is restored from it is the store.
void expect_archive(Stage& stage, const char* name, bool there) {
    if (std::filesystem::exists(stage.file(name) += ".part") && !stage.removing_fails)
        throw std::logic_error("a part of an archive was left");
    if (!std::filesystem::exists(stage.file(name))) {
        if (there) throw std::logic_error("there is no archive");
        return;
    }
    std::vector<std::filesystem::path> chain{stage.file(name)};
    if (name == std::string("tuesday")) chain.insert(chain.begin(), stage.file("monday"));
    core::archive::restore(chain, {}, stage.file("copy"), {});
    expect_copy(stage, true);
}

}  // namespace

void add_copy_scenarios(std::vector<Scenario>& all) {
    all.push_back({.name = "backup of an open store",
                   .options = kKeeping,
                   .act = [](Stage& stage) { stage.store->backup(stage.file("copy")); },
                   .after = expect_copy});
    all.push_back({.name = "backup of a deferred store",
                   .options = {.durability = Durability::deferred},
                   .act =
                       [](Stage& stage) {
                           stage.store->transact([](Transaction& tx) { texts(tx).put(5, "new"); });
                           stage.step();
                           stage.store->backup(stage.file("copy"));
                           stage.durable_steps = 1;
                       },
                   .after =
                       [](Stage& stage, bool acted) {
                           if (acted) expect_copy(stage, true);
                       }});
    all.push_back(
        {.name = "archive",
         .options = kKeeping,
         .ready = nothing,
         .act = [](Stage& stage) { write_archive(stage, "monday", nullptr); },
         .after = [](Stage& stage, bool acted) { expect_archive(stage, "monday", acted); }});
    all.push_back(
        {.name = "archive of what changed",
         .options = kKeeping,
         .prepare =
             [](Stage& stage) {
                 make_archives(stage);
                 std::filesystem::remove(stage.file("tuesday"));
             },
         .ready = nothing,
         .act = [](Stage& stage) { write_archive(stage, "tuesday", "monday"); },
         .after = [](Stage& stage, bool acted) { expect_archive(stage, "tuesday", acted); }});
    all.push_back({.name = "restoring",
                   .options = kKeeping,
                   .prepare = make_archives,
                   .ready = nothing,
                   .act = restore,
                   .after = expect_copy});
    all.push_back({.name = "compacting",
                   .options = kKeeping,
                   .ready = nothing,
                   .act = [](Stage& stage) { core::archive::compact(stage.file(), {}); },
                   .after =
                       [](Stage& stage, bool) {
                           if (std::filesystem::exists(stage.file("store.compact")) &&
                               !stage.removing_fails)
                               throw std::logic_error("a part of a compact copy was left");
                       }});
    all.push_back({.name = "salvaging",
                   .ready = nothing,
                   .act = salvage,
                   .after =
                       [](Stage& stage, bool acted) {
                           if (acted) expect_copy(stage, true);
                       },
                   .looks_for_damage = true});
    all.push_back(
        {.name = "opening with a look at all pages",
         .ready = nothing,
         .act = [](Stage& stage) { core::lmdb::open(stage.file(), {.check_structure = true}); },
         .looks_for_damage = true});
}

}  // namespace vitrine::crash
