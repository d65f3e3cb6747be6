#include <stdexcept>

#include "tests/crash/faults/stage.hpp"

// Scenarios about the past: history, undo, retention; and migration and garbage, which rewrite much.
namespace vitrine::crash {
namespace {

const StoreOptions kKeeping{.retention = Retention::commits(50)};

void require(bool good, const char* what) {
    if (!good) throw std::logic_error(what);
}

void look_back(Stage& stage) {
    const Store& store = *stage.store;
    const Snapshot past = store.snapshot_at(Version{2});
    require(past.get(past.root<Book>("book"))->getPages() == 0, "a wrong past");
    require(store.snapshot_at(past.time()).version() == past.version(), "a wrong time");
    const auto commits = store.commits(Version{1}, 10);
    require(commits.size() == 3 && commits.front().version == Version{2}, "a wrong log");
    require(store.history(past.root<Book>("book")).size() == 3, "a wrong history");
}

void undo(Stage& stage) {
    require(stage.store->plan_undo(Version{4}).ok(), "not to be undone");
    stage.store->undo(Version{4});
    stage.durable_step();
}

void make_notes(Stage& stage) {
    stage.store->transact([](Transaction& tx) {
        auto notes = tx.tree<std::int64_t, Ref<OldNote>>("notes");
        Ref<OldNote> last;
        for (std::int64_t i = 0; i < 30; ++i) {
            last = tx.create<OldNote>([&](OldNote::Builder note) {
                note.setText(text(i, 10));
                last.store(note.initNext());
            });
            notes.put(i, last);
        }
    });
}

void migrate(Stage& stage) {
    const auto grow = [](OldNote::Reader old, NewNote::Builder fresh) {
        fresh.setText(old.getText());
        Ref<NewNote>{AnyRef{old.getNext().getId()}}.store(fresh.initNext());
    };
    stage.store->migrate<OldNote, NewNote>(grow);
    stage.durable_step();
}

void make_garbage(Stage& stage) {
    stage.store->transact([](Transaction& tx) {
        Ref<Book> last;
        for (std::int64_t i = 0; i < 40; ++i)
            last = tx.create<Book>([&](Book::Builder book) {
                book.setTitle(text(i));
                last.store(book.initSequel());
            });
        auto lost = tx.create_tree<std::int64_t, std::string>();
        static_cast<void>(lost);
    });
}

void collect(Stage& stage) {
    stage.store->collect_garbage();
    stage.durable_step();
}

void commit_edits(Stage& stage, int count) {
    for (int i = 0; i < count; ++i) {
        stage.store->transact(
            [&](Transaction& tx) {
                tx.edit(tx.root<Book>("book")).setTitle("edit " + std::to_string(i));
                texts(tx).put(i, "edit");
            },
            {.note = "an edit"});
        stage.durable_step();
    }
}

/// Reopened with a shorter retention, commits drop what the longer one kept.
void shorten(Stage& stage) {
    stage.store.reset();
    stage.options.retention = Retention::commits(1);
    stage.open();
    commit_edits(stage, 3);
}

}  // namespace

void add_past_scenarios(std::vector<Scenario>& all) {
    const auto trimmed = [](Stage& stage) {
        stage.open();
        stage.store->trim_cache();
    };
    all.push_back({.name = "snapshots of the past, log, history",
                   .options = kKeeping,
                   .ready = trimmed,
                   .act = look_back});
    all.push_back({.name = "undo", .options = kKeeping, .ready = trimmed, .act = undo});
    all.push_back({.name = "commits under retention", .options = kKeeping, .act = [](Stage& stage) {
                       commit_edits(stage, 3);
                   }});
    all.push_back({.name = "a shorter retention", .options = kKeeping, .act = shorten});
    all.push_back({.name = "beginning to keep history", .act = [](Stage& stage) {
                       stage.store.reset();
                       stage.options.retention = Retention::forever();
                       stage.open();
                       commit_edits(stage, 2);
                   }});
    all.push_back({.name = "migration", .prepare = make_notes, .act = migrate, .in_parts = true});
    all.push_back({.name = "garbage collection",
                   .prepare = make_garbage,
                   .ready = trimmed,
                   .act = collect,
                   .in_parts = true});
    all.push_back({.name = "garbage collection, deferred",
                   .options = {.durability = Durability::deferred},
                   .prepare = make_garbage,
                   .act = [](Stage& stage) { stage.store->collect_garbage(); },
                   .in_parts = true});
}

}  // namespace vitrine::crash
