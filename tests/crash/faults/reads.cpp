#include <stdexcept>

#include "tests/crash/faults/stage.hpp"

// Scenarios that open, close and read.
namespace vitrine::crash {
namespace {

void require(bool good, const char* what) {
    if (!good) throw std::logic_error(what);
}

void nothing(Stage&) {}

void open_trimmed(Stage& stage) {
    stage.open();
    stage.store->trim_cache();
}

void read_object(Stage& stage) {
    const Snapshot now = stage.store->snapshot();
    const auto book = now.get(now.root<Book>("book"));
    require(book->getPages() == 2, "a wrong object");
}

void read_views(Stage& stage) {
    const Snapshot now = stage.store->snapshot();
    const View view = now.view();
    const auto books = view.tree<std::int64_t, Ref<Book>>("books");
    require(view.get(*books.find(0)).getPages() == 2, "a wrong object");
}

void scan(Stage& stage) {
    const Snapshot now = stage.store->snapshot();
    const auto tree = now.tree<std::int64_t, std::string>("texts");
    std::int64_t expected = 0;
    for (auto [key, value] : tree) {
        if (key == 1) continue;
        require(key == 2 * expected && value == text(expected), "a wrong entry");
        ++expected;
    }
    require(expected == 200 && tree.size() == 201, "entries are missing");
    require(tree.last()->key == 398 && tree.floor(399)->key == 398, "a wrong place");
    std::size_t parts = 0;
    for (const auto& part : tree.partitions(4))
        for (auto entry : part) parts += entry.key >= 0 ? 1 : 0;
    require(parts == 201, "entries are missing from the parts");
}

void combine(Stage& stage) {
    const Snapshot now = stage.store->snapshot();
    const auto tree = now.tree<std::int64_t, std::string>("texts");
    const auto other = stage.held->tree<std::int64_t, std::string>("texts");
    std::size_t count = 0;
    for (auto entry : intersection_of(tree, other)) count += entry.key >= 0 ? 1 : 0;
    for (auto entry : union_of(tree, other)) count += entry.key >= 0 ? 1 : 0;
    for (auto entry : difference_of(tree, other)) count += entry.key >= 0 ? 1 : 0;
    require(count == 402, "a wrong set");
}

void verify(Stage& stage) {
    const VerifyReport report = stage.store->verify();
    if (report.ok()) return;
    // It tells what it could not read among the faults.
    const std::string what = report.faults.front().what;
    if (what.find("bad_alloc") != std::string::npos) throw std::logic_error("verify: " + what);
    throw StorageError("verify: " + what);
}

void create(Stage& stage) {
    stage.open();
    stage.durable_step();
    stage.store->transact(
        [](Transaction& tx) { tx.tree<std::int64_t, std::int64_t>("numbers").put(0, 1); });
    stage.durable_step();
}

}  // namespace

void add_read_scenarios(std::vector<Scenario>& all) {
    all.push_back({.name = "creating a store", .ready = nothing, .act = create, .bare = true});
    all.push_back({.name = "creating a deferred store",
                   .options = {.durability = Durability::deferred},
                   .ready = nothing,
                   .act = [](Stage& stage) { stage.open(); },
                   .bare = true});
    all.push_back({.name = "opening", .ready = nothing, .act = [](Stage& stage) { stage.open(); }});
    all.push_back({.name = "opening for deferred commits",
                   .options = {.durability = Durability::deferred},
                   .ready = nothing,
                   .act = [](Stage& stage) { stage.open(); }});
    all.push_back({.name = "opening read only", .ready = nothing, .act = [](Stage& stage) {
                       const Store store = Store::open(stage.file(), {.read_only = true});
                       require(
                           store.snapshot().tree<std::int64_t, std::string>("texts").size() == 201,
                           "entries are missing");
                   }});
    all.push_back({.name = "reading an object", .ready = open_trimmed, .act = read_object});
    all.push_back({.name = "reading through a view", .ready = open_trimmed, .act = read_views});
    all.push_back({.name = "scanning a tree", .ready = open_trimmed, .act = scan});
    all.push_back(
        {.name = "scanning in a small cache", .options = {.cache_bytes = 8 << 10}, .act = scan});
    all.push_back({.name = "unions and differences",
                   .ready =
                       [](Stage& stage) {
                           stage.open();
                           stage.held.emplace(stage.store->snapshot());
                           stage.store->trim_cache();
                       },
                   .act = combine});
    all.push_back({.name = "verifying", .ready = open_trimmed, .act = verify});
    all.push_back({.name = "statistics and trimming", .act = [](Stage& stage) {
                       require(stage.store->stats().file_bytes > 0, "no file");
                       stage.store->trim_cache();
                       require(stage.store->snapshot().roots().size() == 5, "roots are missing");
                   }});
}

}  // namespace vitrine::crash
