// The smallest program that touches every part of the package: the headers, the schema import, the
// generated code and the libraries.
#include <cstdint>
#include <iostream>
#include <string>

#include <vitrine/vitrine.hpp>

#include "note.capnp.h"

using stranger::Note;

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: stranger FILE\n";
        return 2;
    }
    auto store = vitrine::Store::open(argv[1]);
    store.transact([](vitrine::Transaction& txn) {
        auto second = txn.create<Note>([](Note::Builder note) { note.setText("second"); });
        auto first = txn.create<Note>([&](Note::Builder note) {
            note.setText("first");
            second.store(note.initNext());
        });
        txn.set_root("first", first);
        txn.tree<std::string, std::int64_t>("lengths").put("first", 5);
    });

    const auto snapshot = store.snapshot();
    const auto first = snapshot.get(snapshot.root<Note>("first"));
    const auto second = snapshot.get(vitrine::Ref<Note>{first->getNext()});
    const bool found = first->getText() == "first" && second->getText() == "second" &&
                       snapshot.tree<std::string, std::int64_t>("lengths").at("first") == 5;
    std::cout << (found ? "found what was stored\n" : "what was stored is not there\n");
    return found ? 0 : 1;
}
