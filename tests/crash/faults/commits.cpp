#include <stdexcept>
#include <thread>

#include "tests/crash/faults/stage.hpp"

// Scenarios that change a store.
namespace vitrine::crash {
namespace {

constexpr StoreOptions kSmallCache{.cache_bytes = 16 << 10};

StoreOptions deferred() {
    // As long as can be: what is written is written because somebody asks.
    return {.durability = Durability::deferred, .flush_interval = std::chrono::hours(1)};
}

void put_some(Stage& stage, std::int64_t from, std::int64_t count, std::size_t length = 60) {
    stage.store->transact([&](Transaction& tx) {
        auto tree = texts(tx);
        for (std::int64_t i = 0; i < count; ++i) tree.put(from + i, text(from + i, length));
    });
}

void edit_book(Stage& stage) {
    stage.store->transact(
        [](Transaction& tx) { tx.edit(tx.root<Book>("book")).setTitle("edited"); });
    stage.durable_step();
}

void put_and_flush(Stage& stage) {
    put_some(stage, 1001, 5);
    stage.step();
    edit_book(stage);
    stage.durable_steps = 0;
    stage.store->flush();
    stage.durable_steps = stage.steps;
}

void roll_back(Stage& stage) {
    Transaction tx = stage.store->begin();
    texts(tx).put(1, "before");
    const Savepoint before = tx.savepoint();
    for (std::int64_t i = 0; i < 30; ++i) texts(tx).put(i, "after");
    tx.edit(tx.root<Book>("book")).setTitle("after");
    tx.rollback_to(before);
    texts(tx).erase(4);
    tx.commit();
    stage.durable_step();
}

/// The first attempt conflicts with a commit that comes between.
void conflict_and_retry(Stage& stage) {
    bool first = true;
    stage.store->transact([&](Transaction& tx) {
        auto tree = tx.tree<std::int64_t, std::int64_t>("numbers");
        const std::int64_t now = tree.find(0).value_or(0);
        tree.put(0, now + 1);
        if (!std::exchange(first, false)) return;
        stage.store->transact([](Transaction& other) {
            other.tree<std::int64_t, std::int64_t>("numbers").update(0,
                                                                     [](auto n) { return n + 10; });
        });
        stage.durable_step();
    });
    stage.durable_step();
}

void merge_two(Stage& stage) {
    stage.store->merge_edits<Book>([](auto, auto theirs, auto mine, auto merged) {
        merged.setPages(theirs.getPages() + mine.getPages());
    });
    stage.waiting->edit(stage.waiting->root<Book>("book")).setPages(5);
    stage.store->transact([](Transaction& tx) { tx.edit(tx.root<Book>("book")).setPages(7); });
    stage.durable_step();
    stage.waiting->commit();
    stage.durable_step();
}

void many_trees(Stage& stage) {
    stage.store->transact([](Transaction& tx) {
        for (int i = 0; i < 10; ++i)
            tx.tree<std::int64_t, std::int64_t>("tree-" + std::to_string(i)).put(i, i);
        tx.tree<std::int64_t, std::int64_t>("numbers").add(7, 7);
    });
    stage.durable_step();
}

/// Commits of a thread that never touched a store before.
void from_a_fresh_thread(Stage& stage) {
    std::exception_ptr failure;
    std::thread([&] {
        try {
            edit_book(stage);
        } catch (...) {
            failure = std::current_exception();
        }
    }).join();
    if (failure) std::rethrow_exception(failure);
}

void close_deferred(Stage& stage) {
    put_some(stage, 1001, 5);
    stage.step();
    stage.store->close();
    stage.durable_steps = stage.steps;
}

}  // namespace

void add_commit_scenarios(std::vector<Scenario>& all) {
    const auto putting = [](std::int64_t from, std::int64_t count, std::size_t length = 60) {
        return [=](Stage& stage) {
            put_some(stage, from, count, length);
            stage.durable_step();
        };
    };
    const auto with = [](auto change) {
        return [=](Stage& stage) {
            stage.store->transact(change);
            stage.durable_step();
        };
    };
    const auto trim = [](Stage& stage) {
        stage.open();
        stage.store->trim_cache();
    };
    all.push_back({.name = "commit of one object", .act = edit_book});
    all.push_back({.name = "commit of an evicted object", .ready = trim, .act = edit_book});
    all.push_back(
        {.name = "commit in a small cache", .options = kSmallCache, .act = putting(1, 40)});
    all.push_back({.name = "commit from a fresh thread", .act = from_a_fresh_thread});
    all.push_back({.name = "commit of 1000 entries", .act = putting(1001, 1000)});
    all.push_back({.name = "commit of a new schema", .act = with([](Transaction& tx) {
                                                         const auto shelf = tx.create<Shelf>(
                                                             [](auto s) { s.setLabel("new"); });
                                                         tx.set_root("shelf", shelf);
                                                     })});
    all.push_back({.name = "insertions that split buckets", .act = putting(101, 300)});
    all.push_back({.name = "erasures that merge buckets", .act = with([](Transaction& tx) {
                                                              for (std::int64_t i = 20; i < 380;
                                                                   ++i)
                                                                  texts(tx).erase(i);
                                                          })});
    all.push_back(
        {.name = "clearing a tree", .act = with([](Transaction& tx) { texts(tx).clear(); })});
    all.push_back(
        {.name = "text keys", .act = with([](Transaction& tx) {
                                  auto words = tx.tree<std::string, std::uint64_t>("words");
                                  for (std::uint64_t i = 0; i < 100; ++i)
                                      words.put(std::string(i, 'k') + std::to_string(i), i);
                                  words.remove("word-7");
                                  words.add("word-8", 100);
                              })});
    all.push_back({.name = "large values", .act = putting(1, 4, 30'000)});
    all.push_back({.name = "replacing large values",
                   .prepare = [](Stage& stage) { put_some(stage, 1, 4, 30'000); },
                   .act = putting(1, 4, 20'000)});
    all.push_back({.name = "erasing objects", .act = with([](Transaction& tx) {
                                                  auto books =
                                                      tx.tree<std::int64_t, Ref<Book>>("books");
                                                  for (std::int64_t i = 1; i < 8; ++i)
                                                      tx.erase(books.at(i));
                                                  for (std::int64_t i = 4; i < 8; ++i)
                                                      books.erase(i);
                                              })});
    all.push_back({.name = "a new tree of trees", .act = many_trees});
    all.push_back({.name = "savepoint and rollback", .act = roll_back});
    all.push_back({.name = "conflict and retry", .act = conflict_and_retry});
    all.push_back({.name = "merging edits",
                   .ready =
                       [](Stage& stage) {
                           stage.open();
                           stage.waiting.emplace(stage.store->begin());
                       },
                   .act = merge_two});
    all.push_back({.name = "commits under a held snapshot",
                   .ready =
                       [](Stage& stage) {
                           stage.open();
                           stage.held.emplace(stage.store->snapshot());
                       },
                   .act =
                       [](Stage& stage) {
                           edit_book(stage);
                           put_some(stage, 0, 50);
                           stage.durable_step();
                           stage.held.reset();
                           put_some(stage, 0, 40);
                           stage.durable_step();
                       }});
    all.push_back(
        {.name = "deferred commits and flush", .options = deferred(), .act = put_and_flush});
    all.push_back(
        {.name = "deferred commits and close", .options = deferred(), .act = close_deferred});
    all.push_back(
        {.name = "deferred commits, dropped store", .options = deferred(), .act = [](Stage& stage) {
             put_some(stage, 1001, 5);
             stage.step();
             stage.store.reset();
         }});
    all.push_back({.name = "growth of the file", .act = [](Stage& stage) {
                       for (std::int64_t i = 0; i < 3; ++i) {
                           put_some(stage, 1000 * i + 1001, 8, 60'000);
                           stage.durable_step();
                       }
                   }});
}

}  // namespace vitrine::crash
