#include <iostream>
#include <string>

#include <vitrine/vitrine.hpp>

#include "library.capnp.h"

using library::Author;
using library::Book;
using vitrine::Ref;

int main() {
    auto store = vitrine::Store::open("library.vitrine");

    // A transaction happens as a whole or not at all. When another one was faster, it runs again.
    store.transact([](vitrine::Transaction& tx) {
        auto books = tx.tree<std::string, Ref<Book>>("books");
        if (books.contains("Emma")) return;  // an earlier run put it there
        auto jane =
            tx.create<Author>([](Author::Builder author) { author.setName("Jane Austen"); });
        auto emma = tx.create<Book>([&](Book::Builder book) {
            book.setTitle("Emma");
            book.setCopies(3);
            jane.store(book.initAuthor());
        });
        books.put("Emma", emma);
    });

    // A snapshot is the whole store at one moment. Any thread may read it; it never changes.
    const auto before = store.snapshot();

    store.transact([](vitrine::Transaction& tx) {
        auto book = tx.edit(tx.tree<std::string, Ref<Book>>("books").at("Emma"));
        book.setCopies(book.getCopies() + 1);
    });

    for (auto [title, ref] : before.tree<std::string, Ref<Book>>("books")) {
        auto then = before.get(ref);
        auto now = store.snapshot().get(ref);
        auto author = before.get(vitrine::ref(then->getAuthor()));
        std::cout << title << " by " << author->getName().cStr() << ": " << then->getCopies()
                  << " copies before, " << now->getCopies() << " now\n";
    }
}
