#include <stdexcept>

#include "tests/crash/faults/stage.hpp"
#include "tests/crash/image.hpp"

// Scenarios in which commits go through a commit log.
namespace vitrine::crash {
namespace {

constexpr std::size_t kSmallest = std::size_t{1} << 20;
const StoreOptions kLogged{.log_bytes = kSmallest};
const StoreOptions kKeeping{.retention = Retention::commits(50), .log_bytes = kSmallest};
const StoreOptions kDeferred{.durability = Durability::deferred,
                             .flush_interval = std::chrono::hours(1),
                             .log_bytes = kSmallest};

void nothing(Stage&) {}

/// Opens, and commits what no dump shows: the first batch, which makes the log, goes past it.
void begin_log(Stage& stage) {
    stage.open();
    for (std::int64_t i = 0; i < 2; ++i)
        stage.store->transact(
            [&](Transaction& tx) { tx.tree<std::int64_t, std::int64_t>("earlier").put(i, i); });
    stage.store->flush();
}

void put_some(Stage& stage, std::int64_t from, std::int64_t count, std::size_t length = 60) {
    stage.store->transact([&](Transaction& tx) {
        for (std::int64_t i = 0; i < count; ++i) texts(tx).put(from + i, text(from + i, length));
    });
}

void edit_book(Stage& stage, const char* title) {
    stage.store->transact([&](Transaction& tx) { tx.edit(tx.root<Book>("book")).setTitle(title); });
}

/// Of each kind of change one.
void commit_some(Stage& stage) {
    edit_book(stage, "in the log");
    stage.durable_step();
    put_some(stage, 1001, 20);
    stage.durable_step();
    stage.store->transact([](Transaction& tx) {
        auto books = tx.tree<std::int64_t, Ref<Book>>("books");
        tx.erase(books.at(3));
        for (std::int64_t i = 20; i < 380; ++i) texts(tx).erase(i);
    });
    stage.durable_step();
}

/// More than the log takes, so that the storage has to follow, and the log goes around.
void go_around(Stage& stage) {
    for (std::int64_t i = 0; i < 9; ++i) {
        put_some(stage, i, 5, 30'000);
        stage.durable_step();
    }
}

void commit_deferred(Stage& stage) {
    put_some(stage, 1001, 5);
    stage.step();
    edit_book(stage, "in the log");
    stage.step();
    stage.store->flush();
    stage.durable_steps = stage.steps;
    put_some(stage, 1001, 3);
    stage.step();
}

/// Commits, and leaves the files as a crash would.
void crash(Stage& stage) {
    stage.store.reset();
    begin_log(stage);
    edit_book(stage, "before the crash");
    put_some(stage, 2001, 30);
    put_some(stage, 5, 3, 30'000);
    stage.store->transact([](Transaction& tx) {
        auto books = tx.tree<std::int64_t, Ref<Book>>("books");
        tx.erase(books.at(5));
        for (std::int64_t i = 40; i < 120; ++i) texts(tx).erase(i);
    });
    stage.store->flush();
    const Image image = image_of(stage.file());
    stage.store.reset();
    if (image.log.empty()) throw std::logic_error("there is no log");
    image.write(stage.file());
}

void expect_no_log(Stage& stage, bool acted) {
    if (acted && !stage.removing_fails && std::filesystem::exists(stage.file("store-log")))
        throw std::logic_error("a log was left");
}

void close(Stage& stage) {
    stage.store->close();
    stage.durable_steps = stage.steps;
}

}  // namespace

void add_log_scenarios(std::vector<Scenario>& all) {
    all.push_back({.name = "the first commits of a log", .options = kLogged, .act = commit_some});
    all.push_back(
        {.name = "commits in a log", .options = kLogged, .ready = begin_log, .act = commit_some});
    all.push_back({.name = "commits in a log, with a history",
                   .options = kKeeping,
                   .ready = begin_log,
                   .act = commit_some});
    all.push_back({.name = "commits that go around a log",
                   .options = kLogged,
                   .ready = begin_log,
                   .act = go_around});
    all.push_back({.name = "deferred commits in a log",
                   .options = kDeferred,
                   .ready = begin_log,
                   .act = commit_deferred});
    all.push_back({.name = "commits in a log under a held snapshot",
                   .options = kLogged,
                   .ready =
                       [](Stage& stage) {
                           begin_log(stage);
                           stage.held.emplace(stage.store->snapshot());
                       },
                   .act =
                       [](Stage& stage) {
                           commit_some(stage);
                           stage.held.reset();
                           go_around(stage);
                       }});
    all.push_back({.name = "checkpoint for a look at everything",
                   .options = kLogged,
                   .ready = begin_log,
                   .act =
                       [](Stage& stage) {
                           commit_some(stage);
                           if (!stage.store->verify().ok())
                               throw StorageError("not all of it was read");
                       },
                   .looks_for_damage = true});
    all.push_back({.name = "checkpoint for a backup",
                   .options = kLogged,
                   .ready = begin_log,
                   .act =
                       [](Stage& stage) {
                           commit_some(stage);
                           stage.store->backup(stage.file("copy"));
                       },
                   .after =
                       [](Stage& stage, bool acted) {
                           if (!acted) return;
                           const auto shown = [&](const char* name) {
                               return dump(Store::open(stage.file(name)).snapshot());
                           };
                           if (shown("copy") != shown("store"))
                               throw std::logic_error("the copy shows something else");
                       }});
    all.push_back({.name = "closing a store with a log",
                   .options = kLogged,
                   .ready = begin_log,
                   .act = [](Stage& stage) {
                       commit_some(stage);
                       close(stage);
                   }});
    all.push_back({.name = "closing a deferred store with a log",
                   .options = kDeferred,
                   .ready = begin_log,
                   .act = [](Stage& stage) {
                       commit_deferred(stage);
                       close(stage);
                   }});
    all.push_back({.name = "dropping a store with a log",
                   .options = kLogged,
                   .ready = begin_log,
                   .act = [](Stage& stage) {
                       commit_some(stage);
                       stage.store.reset();
                   }});
    all.push_back({.name = "opening after a crash",
                   .options = kLogged,
                   .prepare = crash,
                   .ready = nothing,
                   .act = [](Stage& stage) { stage.open(); },
                   .after = expect_no_log});
    all.push_back(
        {.name = "opening for reading after a crash",
         .options = kKeeping,
         .prepare = crash,
         .ready = nothing,
         .act = [](Stage& stage) { Store::open(stage.file(), {.read_only = true}).close(); }});
}

}  // namespace vitrine::crash
