#include "tests/crash/faults/stage.hpp"

#include <sstream>

namespace vitrine::crash {
namespace {

template <class K, class V>
void dump_tree(const Snapshot& snapshot, const char* name, std::ostream& out) {
    const auto tree = snapshot.find_tree<K, V>(name);
    if (!tree) return;
    out << name << ' ' << tree->size() << ": ";
    for (auto [key, value] : *tree) out << key << '=' << value << ' ';
    out << '\n';
}

void dump_books(const Snapshot& snapshot, std::ostream& out) {
    const auto tree = snapshot.find_tree<std::int64_t, Ref<Book>>("books");
    if (!tree) return;
    out << "books " << tree->size() << ": ";
    for (auto [key, ref] : *tree) {
        const auto book = snapshot.find(ref);
        out << key << '=' << (book ? (*book)->getTitle().cStr() : "gone") << '/'
            << (book ? (*book)->getPages() : 0) << ' ';
    }
    out << '\n';
}

std::string note_text(const Snapshot& snapshot, AnyRef ref) {
    try {
        const auto old = snapshot.find(Ref<OldNote>{ref});
        return old ? (*old)->getText().cStr() : "gone";
    } catch (const TypeError&) {
        return snapshot.get(Ref<NewNote>{ref})->getText().cStr();
    }
}

template <class Note>
void dump_notes_of(const Snapshot& snapshot, std::ostream& out) {
    const auto tree = snapshot.find_tree<std::int64_t, Ref<Note>>("notes");
    if (!tree) return;
    out << "notes " << tree->size() << ": ";
    for (auto [key, ref] : *tree) out << key << '=' << note_text(snapshot, AnyRef{ref}) << ' ';
    out << '\n';
}

/// Old and new notes look the same: a migration that is half done changed nothing here.
void dump_notes(const Snapshot& snapshot, std::ostream& out) {
    try {
        dump_notes_of<OldNote>(snapshot, out);
    } catch (const TypeError&) {
        dump_notes_of<NewNote>(snapshot, out);
    }
}

}  // namespace

std::string dump(const Snapshot& snapshot) {
    std::ostringstream out;
    dump_tree<std::int64_t, std::string>(snapshot, "texts", out);
    dump_tree<std::string, std::uint64_t>(snapshot, "words", out);
    dump_tree<std::int64_t, std::int64_t>(snapshot, "numbers", out);
    dump_books(snapshot, out);
    dump_notes(snapshot, out);
    if (const auto book = snapshot.find_root<Book>("book"))
        out << "book: " << snapshot.get(*book)->getTitle().cStr() << '\n';
    if (const auto shelf = snapshot.find_root<Shelf>("shelf"))
        out << "shelf: " << snapshot.get(*shelf)->getLabel().cStr() << '\n';
    return out.str();
}

void fill(Stage& stage) {
    Store& store = *stage.store;
    constexpr std::int64_t kTexts = 200;
    constexpr std::int64_t kBooks = 12;
    store.transact([](Transaction& tx) {
        for (std::int64_t i = 0; i < kTexts; ++i) texts(tx).put(2 * i, text(i));
        auto words = tx.tree<std::string, std::uint64_t>("words");
        for (std::uint64_t i = 0; i < 40; ++i) words.put("word-" + std::to_string(i), i);
        auto all = tx.tree<std::int64_t, Ref<Book>>("books");
        for (std::int64_t i = 0; i < kBooks; ++i)
            all.put(i, tx.create<Book>([&](Book::Builder book) { book.setTitle(text(i, 20)); }));
        tx.set_root("book", all.at(0));
        tx.tree<std::int64_t, std::int64_t>("numbers").put(0, 1);
    });
    for (int i = 0; i < 3; ++i)
        store.transact([&](Transaction& tx) {
            texts(tx).put(1, text(i, 2000));
            tx.edit(tx.root<Book>("book")).setPages(static_cast<std::uint32_t>(i));
        });
}

std::vector<Scenario> all_scenarios() {
    std::vector<Scenario> all;
    add_commit_scenarios(all);
    add_read_scenarios(all);
    add_past_scenarios(all);
    add_copy_scenarios(all);
    add_log_scenarios(all);
    return all;
}

}  // namespace vitrine::crash
