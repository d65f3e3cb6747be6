#include <iostream>
#include <string>

#include <vitrine/vitrine.hpp>

#include "wiki.capnp.h"

using vitrine::Ref;
using vitrine::Transaction;
using wiki::Page;

int main() {
    vitrine::StoreOptions options;
    options.retention = vitrine::Retention::commits(1000);  // or duration(24h), or forever()
    auto store = vitrine::Store::open("wiki.vitrine", options);

    const auto page = store.transact(
        [](Transaction& tx) {
            return tx.create<Page>([](Page::Builder fresh) { fresh.setText("Ships are white."); });
        },
        {.note = "begun"});
    const auto write = [&](const std::string& text, const std::string& note) {
        return store.transact([&](Transaction& tx) { tx.edit(page).setText(text); },
                              {.note = note});
    };
    write("Ships are grey.", "seen one");
    const auto prank = write("Ships are fish.", "just joking");

    // Every version is still there, with the note of its commit.
    for (const auto& old : store.history(page)) {
        const auto then = store.snapshot_at(old.version).get(page);
        std::cout << then->getText().cStr() << "  " << old.note << '\n';
    }

    // One commit taken back, by a new one.
    store.undo(prank);
    std::cout << "Now: " << store.snapshot().get(page)->getText().cStr() << '\n';

    // Two edits of one object conflict, unless the program says how they merge.
    store.merge_edits<Page>([](auto base, auto theirs, auto mine, auto merged) {
        merged.setVisits(theirs.getVisits() + mine.getVisits() - base.getVisits());
    });
    Transaction one = store.begin();
    Transaction other = store.begin();
    one.edit(page).setVisits(1);
    other.edit(page).setVisits(1);
    one.commit();
    other.commit();
    std::cout << store.snapshot().get(page)->getVisits() << " visits\n";
}
