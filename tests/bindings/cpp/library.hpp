#pragma once

#include <cstdint>
#include <string>
#include <typeinfo>

#include <gtest/gtest.h>

#include <vitrine/vitrine.hpp>

#include "tests/bindings/cpp/books.capnp.h"
#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::test {

using books::Book;
using books::Shelf;
using Words = Tree<std::string, std::uint64_t>;
using core::testing::TemporaryFolder;

/// What an E said; a failure when anything else is thrown, a subclass too, or nothing.
template <class E, class F>
std::string refusal(F&& action) {
    try {
        action();
    } catch (const std::exception& error) {
        EXPECT_EQ(std::string(typeid(error).name()), typeid(E).name()) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A small store: root "book" (with a sequel), and a tree "words" from "word-0" … to numbers.
inline constexpr std::uint64_t kWords = 500;

inline std::string word(std::uint64_t number) { return "word-" + std::to_string(number); }

inline Ref<Book> fill_library(Store& store) {
    return store.transact([](Transaction& tx) {
        const auto sequel =
            tx.create<Book>([](Book::Builder book) { book.setTitle("The second"); });
        const auto first = tx.create<Book>([&](Book::Builder book) {
            book.setTitle("The first");
            book.setPages(300);
            sequel.store(book.initSequel());
        });
        tx.set_root("book", first);
        auto words = tx.tree<std::string, std::uint64_t>("words");
        for (std::uint64_t i = 0; i < kWords; ++i) words.put(word(i), i);
        return first;
    });
}

/// Everything that fill_library() made is there, and nothing else.
inline void expect_library(const Snapshot& snapshot) {
    const auto first = snapshot.get(snapshot.root<Book>("book"));
    EXPECT_EQ(first->getTitle(), "The first");
    EXPECT_EQ(first->getPages(), 300U);
    EXPECT_EQ(snapshot.get(ref(first->getSequel()))->getTitle(), "The second");
    const Words words = snapshot.tree<std::string, std::uint64_t>("words");
    EXPECT_EQ(words.size(), kWords);
    for (std::uint64_t i = 0; i < kWords; ++i) EXPECT_EQ(words.find(word(i)), i);
    EXPECT_EQ(snapshot.roots().size(), 2U);
}

inline void expect_sound(const Store& store) {
    for (const Fault& fault : store.verify().faults) ADD_FAILURE() << fault.what;
}

/// An open library, which must be as it was when the test is over: readable, writable, sound, and
/// the same after reopening.
class LibraryTest : public testing::Test {
  protected:
    void TearDown() override {
        expect_library(store_.snapshot());
        const Version before = store_.version();
        store_.transact([](Transaction& tx) {
            tx.tree<std::string, std::uint64_t>("words").put("another", 1);
        });
        store_.transact(
            [](Transaction& tx) { tx.tree<std::string, std::uint64_t>("words").erase("another"); });
        EXPECT_EQ(store_.version().value(), before.value() + 2);
        expect_sound(store_);
        store_.close();
        store_ = Store::open(folder_.file());
        expect_library(store_.snapshot());
        expect_sound(store_);
    }

    TemporaryFolder folder_;
    Store store_ = Store::open(folder_.file());
    Ref<Book> book_ = fill_library(store_);
};

}  // namespace vitrine::test
