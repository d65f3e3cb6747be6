#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "tests/bindings/cpp/library.hpp"

namespace vitrine::test {
namespace {

constexpr std::size_t kMebibyte = 1 << 20;

using BadInputTest = LibraryTest;

TEST_F(BadInputTest, ANullRefIsNotFound) {
    const Snapshot snapshot = store_.snapshot();
    refusal<NotFoundError>([&] { static_cast<void>(snapshot.get(Ref<Book>{})); });
    EXPECT_FALSE(snapshot.find(Ref<Book>{}).has_value());
    refusal<NotFoundError>([&] { static_cast<void>(snapshot.view().get(Ref<Book>{})); });
    refusal<NotFoundError>(
        [&] { static_cast<void>(snapshot.tree(TreeRef<std::string, std::uint64_t>{})); });
    Transaction tx = store_.begin();
    refusal<NotFoundError>([&] { static_cast<void>(tx.get(Ref<Book>{})); });
    refusal<NotFoundError>([&] { static_cast<void>(tx.edit(Ref<Book>{})); });
    refusal<NotFoundError>([&] { tx.erase(Ref<Book>{}); });
    refusal<NotFoundError>([&] { tx.set_root("null", Ref<Book>{}); });
    EXPECT_FALSE(tx.find(Ref<Book>{}).has_value());
    EXPECT_EQ(tx.commit(), snapshot.version());
}

TEST_F(BadInputTest, ARefToNothingIsNotFound) {
    for (const std::uint64_t id : {std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        const Ref<Book> wild{AnyRef{id}};
        const Snapshot snapshot = store_.snapshot();
        EXPECT_TRUE(contains(refusal<NotFoundError>([&] { static_cast<void>(snapshot.get(wild)); }),
                             std::to_string(id)));
        Transaction tx = store_.begin();
        refusal<NotFoundError>([&] { static_cast<void>(tx.edit(wild)); });
        refusal<NotFoundError>([&] { tx.erase(wild); });
        refusal<NotFoundError>([&] { tx.set_root("wild", wild); });
        tx.commit();
    }
}

TEST_F(BadInputTest, ARefOfAnotherStoreIsNotFoundOrOfAnotherType) {
    Store other = Store::open(folder_.file("other"));
    const auto [shelf, far] = other.transact([](Transaction& tx) {
        Ref<Shelf> first;
        Ref<Shelf> last;
        for (int i = 0; i < 1000; ++i) {
            last = tx.create<Shelf>([](Shelf::Builder fresh) { fresh.setLabel("a shelf"); });
            if (!first) first = last;
        }
        return std::pair(first, last);
    });
    const Snapshot snapshot = store_.snapshot();
    refusal<NotFoundError>([&] { static_cast<void>(snapshot.get(far)); });
    // Ids are given out alike: the first shelf there has the number of a book here.
    ASSERT_TRUE(snapshot.find(Ref<Book>{AnyRef{shelf}}).has_value());
    refusal<TypeError>([&] { static_cast<void>(snapshot.get(shelf)); });
    refusal<TypeError>([&] { static_cast<void>(store_.begin().edit(shelf)); });
}

TEST_F(BadInputTest, AnErasedRefIsNotFound) {
    const Ref<Book> gone = store_.transact([](Transaction& tx) { return tx.create<Book>(); });
    const Snapshot before = store_.snapshot();
    store_.transact([&](Transaction& tx) {
        tx.erase(gone);
        refusal<NotFoundError>([&] { static_cast<void>(tx.get(gone)); });
        refusal<NotFoundError>([&] { static_cast<void>(tx.edit(gone)); });
        refusal<NotFoundError>([&] { tx.erase(gone); });
        refusal<NotFoundError>([&] { tx.set_root("gone", gone); });
    });
    EXPECT_NO_THROW(static_cast<void>(before.get(gone)));
    refusal<NotFoundError>([&] { static_cast<void>(store_.snapshot().get(gone)); });
    EXPECT_FALSE(store_.snapshot().find(gone).has_value());
    refusal<NotFoundError>([&] { static_cast<void>(store_.begin().edit(gone)); });
    refusal<NotFoundError>([&] { store_.begin().erase(gone); });
}

TEST_F(BadInputTest, AnotherStructIsATypeError) {
    const Ref<Shelf> wrong{AnyRef{book_}};
    const Snapshot snapshot = store_.snapshot();
    refusal<TypeError>([&] { static_cast<void>(snapshot.get(wrong)); });
    refusal<TypeError>([&] { static_cast<void>(snapshot.find(wrong)); });
    refusal<TypeError>([&] { static_cast<void>(snapshot.root<Shelf>("book")); });
    refusal<TypeError>([&] { static_cast<void>(snapshot.find_root<Shelf>("book")); });
    refusal<TypeError>([&] { static_cast<void>(snapshot.view().get(wrong)); });
    Transaction tx = store_.begin();
    refusal<TypeError>([&] { static_cast<void>(tx.get(wrong)); });
    refusal<TypeError>([&] { static_cast<void>(tx.edit(wrong)); });
    refusal<TypeError>([&] { static_cast<void>(tx.root<Shelf>("book")); });
}

TEST_F(BadInputTest, OtherKeysOrValuesAreATypeErrorThatNamesBoth) {
    const Snapshot snapshot = store_.snapshot();
    const std::string message = refusal<TypeError>(
        [&] { static_cast<void>(snapshot.tree<std::string, std::int64_t>("words")); });
    EXPECT_TRUE(contains(message, "u64") && contains(message, "i64")) << message;
    refusal<TypeError>(
        [&] { static_cast<void>(snapshot.tree<std::uint64_t, std::uint64_t>("words")); });
    refusal<TypeError>([&] { static_cast<void>(snapshot.tree<Bytes, std::uint64_t>("words")); });
    refusal<TypeError>([&] { static_cast<void>(snapshot.tree<std::string, Unit>("words")); });
    refusal<TypeError>(
        [&] { static_cast<void>(snapshot.find_tree<std::string, double>("words")); });
    const auto ref = snapshot.tree<std::string, std::uint64_t>("words").ref();
    refusal<TypeError>(
        [&] { static_cast<void>(snapshot.tree(TreeRef<std::string, Ref<Book>>{AnyRef{ref}})); });
    Transaction tx = store_.begin();
    refusal<TypeError>([&] { static_cast<void>(tx.tree<std::string, Book>("words").size()); });
    refusal<TypeError>(
        [&] { static_cast<void>(tx.tree(TreeRef<std::string, double>{AnyRef{ref}}).size()); });
}

TEST_F(BadInputTest, ATreeIsNoObjectAndAnObjectNoTree) {
    const Snapshot snapshot = store_.snapshot();
    refusal<TypeError>([&] { static_cast<void>(snapshot.root<Book>("words")); });
    refusal<TypeError>(
        [&] { static_cast<void>(snapshot.tree<std::string, std::uint64_t>("book")); });
    const AnyRef tree = snapshot.tree<std::string, std::uint64_t>("words").ref();
    refusal<TypeError>([&] { static_cast<void>(snapshot.get(Ref<Book>{tree})); });
    refusal<TypeError>([&] { static_cast<void>(store_.begin().edit(Ref<Book>{tree})); });
    refusal<TypeError>([&] {
        static_cast<void>(snapshot.tree(TreeRef<std::string, std::uint64_t>{AnyRef{book_}}));
    });
}

TEST_F(BadInputTest, AnAbsentRootIsNotFoundByName) {
    const Snapshot snapshot = store_.snapshot();
    EXPECT_TRUE(
        contains(refusal<NotFoundError>([&] { static_cast<void>(snapshot.root<Book>("nothing")); }),
                 "nothing"));
    refusal<NotFoundError>(
        [&] { static_cast<void>(snapshot.tree<std::string, std::uint64_t>("nothing")); });
    EXPECT_FALSE(snapshot.find_root<Book>("nothing").has_value());
    refusal<UsageError>([&] { store_.begin().set_root(std::string(kMebibyte, 'x'), book_); });
}

TEST_F(BadInputTest, AKeyOfAMebibyteIsAUsageErrorEverywhere) {
    const std::string key(kMebibyte, 'k');
    const Words words = store_.snapshot().tree<std::string, std::uint64_t>("words");
    refusal<UsageError>([&] { static_cast<void>(words.find(key)); });
    refusal<UsageError>([&] { static_cast<void>(words.at(key)); });
    refusal<UsageError>([&] { static_cast<void>(words.contains(key)); });
    refusal<UsageError>([&] { static_cast<void>(words.visit(key, [](std::uint64_t) {})); });
    refusal<UsageError>([&] { static_cast<void>(words.range("a", key)); });
    refusal<UsageError>([&] { static_cast<void>(words.range(key, "z")); });
    refusal<UsageError>([&] { static_cast<void>(words.from(key)); });
    refusal<UsageError>([&] { static_cast<void>(words.until(key)); });
    refusal<UsageError>([&] { static_cast<void>(words.prefix(key)); });
    refusal<UsageError>([&] { static_cast<void>(words.floor(key)); });
    refusal<UsageError>([&] { static_cast<void>(words.ceiling(key)); });

    Transaction tx = store_.begin();
    auto editor = tx.tree<std::string, std::uint64_t>("words");
    refusal<UsageError>([&] { editor.put(key, 1); });
    refusal<UsageError>([&] { editor.insert(key, 1); });
    refusal<UsageError>([&] { editor.erase(key); });
    refusal<UsageError>([&] { static_cast<void>(editor.remove(key)); });
    refusal<UsageError>([&] { editor.add(key, 1); });
    refusal<UsageError>([&] { editor.update(key, [](std::uint64_t n) { return n; }); });
    refusal<UsageError>([&] { static_cast<void>(editor.find(key)); });
    auto pairs = tx.tree<std::tuple<std::string, std::uint32_t>, Unit>("pairs");
    refusal<UsageError>([&] { pairs.put({key, 1}); });
    EXPECT_EQ(tx.commit(), store_.version());  // nothing was written
}

TEST_F(BadInputTest, AKeyHasAtMost1024Bytes) {
    const std::string longest(1024, 'k');
    const std::string longer(1025, 'k');
    store_.transact([&](Transaction& tx) {
        auto words = tx.tree<std::string, std::uint64_t>("words");
        words.put(longest, 7);
        refusal<UsageError>([&] { words.put(longer, 8); });
    });
    const Words words = store_.snapshot().tree<std::string, std::uint64_t>("words");
    EXPECT_EQ(words.find(longest), 7U);
    refusal<UsageError>([&] { static_cast<void>(words.find(longer)); });
    store_.transact([&](Transaction& tx) {
        EXPECT_TRUE((tx.tree<std::string, std::uint64_t>("words").remove(longest)));
    });
}

TEST_F(BadInputTest, NanIsNoKey) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    Transaction tx = store_.begin();
    auto tree = tx.tree<double, std::uint64_t>("numbers");
    tree.put(1.5, 1);
    refusal<UsageError>([&] { tree.put(nan, 1); });
    refusal<UsageError>([&] { tree.put(-nan, 1); });
    refusal<UsageError>([&] { static_cast<void>(tree.find(nan)); });
    refusal<UsageError>([&] { static_cast<void>(tree.range(0, nan)); });
    refusal<UsageError>([&] { static_cast<void>(tree.from(nan)); });
    refusal<UsageError>([&] { static_cast<void>(tree.floor(nan)); });
    EXPECT_EQ(tree.size(), 1U);
}

TEST_F(BadInputTest, AnIntegerThatDoesNotFitIsNamed) {
    Transaction tx = store_.begin();
    auto small = tx.tree<std::uint8_t, std::int16_t>("small");
    EXPECT_TRUE(contains(refusal<UsageError>([&] { small.put(300, 1); }), "300"));
    EXPECT_TRUE(contains(refusal<UsageError>([&] { small.put(-1, 1); }), "-1"));
    EXPECT_TRUE(contains(refusal<UsageError>([&] { small.put(1, 40000); }), "40000"));
    refusal<UsageError>([&] { static_cast<void>(small.find(256)); });
    refusal<UsageError>([&] { static_cast<void>(small.range(0, 256)); });
    refusal<UsageError>([&] { small.erase(std::uint64_t{1} << 63); });
    auto doubles = tx.tree<double, double>("doubles");
    refusal<UsageError>([&] { doubles.put((std::int64_t{1} << 53) + 1, 0); });
    EXPECT_TRUE(small.empty() && doubles.empty());
}

TEST_F(BadInputTest, AnExceptionInsideTransactPassesThroughAndLeavesNothing) {
    struct Mine {
        int code;
    };
    const Version before = store_.version();
    try {
        store_.transact([&](Transaction& tx) {
            tx.erase(book_);
            tx.tree<std::string, std::uint64_t>("words").clear();
            throw Mine{42};
        });
        ADD_FAILURE() << "nothing was thrown";
    } catch (const Mine& mine) {
        EXPECT_EQ(mine.code, 42);
    }
    refusal<std::logic_error>([&] {
        store_.transact([&](Transaction& tx) {
            static_cast<void>(
                tx.create<Book>([](Book::Builder) { throw std::logic_error("while filling"); }));
        });
    });
    EXPECT_EQ(store_.version(), before);
    EXPECT_EQ(store_.stats().open_snapshots, 0U);
}

TEST_F(BadInputTest, CommitInsideTransactIsAUsageErrorAndAbortMeansNoCommit) {
    const Version before = store_.version();
    const auto spoil = [&](Transaction& tx) { tx.edit(book_).setPages(1); };
    refusal<UsageError>([&] {
        store_.transact([&](Transaction& tx) {
            spoil(tx);
            tx.commit();
        });
    });
    EXPECT_EQ(store_.transact([&](Transaction& tx) {
        spoil(tx);
        tx.abort();
    }),
              before);
    refusal<UsageError>([&] { store_.transact(spoil, {.attempts = 0}); });
    EXPECT_EQ(store_.version(), before);
}

/// Everything that an ended transaction and its editor refuse.
void expect_over(Transaction& tx, const TreeEditor<std::string, std::uint64_t>& words,
                 Ref<Book> book, const Savepoint& savepoint) {
    auto editor = words;
    refusal<UsageError>([&] { static_cast<void>(tx.create<Book>()); });
    refusal<UsageError>([&] { static_cast<void>(tx.get(book)); });
    refusal<UsageError>([&] { static_cast<void>(tx.find(book)); });
    refusal<UsageError>([&] { static_cast<void>(tx.edit(book)); });
    refusal<UsageError>([&] { tx.erase(book); });
    refusal<UsageError>([&] { tx.set_root("book", book); });
    refusal<UsageError>([&] { tx.erase_root("book"); });
    refusal<UsageError>([&] { static_cast<void>(tx.root<Book>("book")); });
    refusal<UsageError>(
        [&] { static_cast<void>(tx.tree<std::string, std::uint64_t>("words").size()); });
    refusal<UsageError>([&] { static_cast<void>(tx.create_tree<std::string, double>()); });
    refusal<UsageError>([&] { static_cast<void>(tx.savepoint()); });
    refusal<UsageError>([&] { tx.rollback_to(savepoint); });
    refusal<UsageError>([&] { static_cast<void>(tx.commit()); });
    refusal<UsageError>([&] { editor.put("late", 1); });
    refusal<UsageError>([&] { editor.clear(); });
    refusal<UsageError>([&] { static_cast<void>(editor.find(word(1))); });
    refusal<UsageError>([&] { static_cast<void>(editor.size()); });
    refusal<UsageError>([&] { static_cast<void>(editor.begin()); });
    tx.abort();  // is fine at any time
}

TEST_F(BadInputTest, ATransactionIsOfNoUseAfterCommitOrAbort) {
    for (const bool commits : {true, false}) {
        Transaction tx = store_.begin();
        const auto words = tx.tree<std::string, std::uint64_t>("words");
        const Savepoint savepoint = tx.savepoint();
        EXPECT_EQ(words.size(), kWords);
        if (commits) {
            tx.commit();
        } else {
            tx.abort();
        }
        expect_over(tx, words, book_, savepoint);
        expect_library(tx.base());
    }
}

TEST_F(BadInputTest, ATransactionIsOfNoUseAfterItsStoreClosed) {
    {
        Transaction tx = store_.begin();
        tx.edit(book_).setPages(1);
        const auto words = tx.tree<std::string, std::uint64_t>("words");
        const Savepoint savepoint = tx.savepoint();
        store_.close();
        expect_over(tx, words, book_, savepoint);
        expect_library(tx.base());
    }
    store_ = Store::open(folder_.file());
}

TEST_F(BadInputTest, AForeignOrPassedSavepointIsAUsageError) {
    Transaction tx = store_.begin();
    Transaction other = store_.begin();
    const Savepoint foreign = other.savepoint();
    refusal<UsageError>([&] { tx.rollback_to(foreign); });
    const Savepoint early = tx.savepoint();
    tx.edit(book_).setPages(1);
    const Savepoint late = tx.savepoint();
    tx.rollback_to(early);
    refusal<UsageError>([&] { tx.rollback_to(late); });
    tx.rollback_to(early);
    EXPECT_EQ(tx.get(book_).getPages(), 300U);
}

TEST_F(BadInputTest, EveryCallOfAClosedStoreIsAUsageError) {
    const Snapshot snapshot = store_.snapshot();
    store_.close();
    store_.close();
    refusal<UsageError>([&] { static_cast<void>(store_.snapshot()); });
    refusal<UsageError>([&] { static_cast<void>(store_.begin()); });
    refusal<UsageError>([&] { store_.transact([](Transaction&) {}); });
    refusal<UsageError>([&] { static_cast<void>(store_.version()); });
    refusal<UsageError>([&] { static_cast<void>(store_.durable_version()); });
    refusal<UsageError>([&] { store_.flush(); });
    refusal<UsageError>([&] { store_.trim_cache(); });
    refusal<UsageError>([&] { static_cast<void>(store_.stats()); });
    refusal<UsageError>([&] { static_cast<void>(store_.verify()); });
    expect_library(snapshot);
    const_cast<Snapshot&>(snapshot) = Snapshot{};
    store_ = Store::open(folder_.file());
}

TEST_F(BadInputTest, WhatWasMovedFromIsOfNoUse) {
    Store store = std::move(store_);
    refusal<UsageError>([&] { static_cast<void>(store_.snapshot()); });
    refusal<UsageError>([&] { store_.close(); });
    store_ = std::move(store);

    Snapshot snapshot = store_.snapshot();
    const Snapshot moved = std::move(snapshot);
    refusal<UsageError>([&] { static_cast<void>(snapshot.version()); });
    refusal<UsageError>([&] { static_cast<void>(snapshot.get(book_)); });
    refusal<UsageError>([&] { static_cast<void>(snapshot.root<Book>("book")); });
    refusal<UsageError>([&] { static_cast<void>(snapshot.view()); });

    Words words = moved.tree<std::string, std::uint64_t>("words");
    const Words kept = std::move(words);
    refusal<UsageError>([&] { static_cast<void>(words.size()); });
    refusal<UsageError>([&] { static_cast<void>(words.find("word-1")); });
    EXPECT_EQ(kept.size(), kWords);

    View view = moved.view();
    const View window = std::move(view);
    refusal<UsageError>([&] { static_cast<void>(view.get(book_)); });
    EXPECT_EQ(window.get(book_).getPages(), 300U);

    Transaction tx = store_.begin();
    Transaction continued = std::move(tx);
    refusal<UsageError>([&] { static_cast<void>(tx.get(book_)); });
    refusal<UsageError>([&] { static_cast<void>(tx.commit()); });
    tx.abort();
    EXPECT_EQ(continued.get(book_).getPages(), 300U);
}

TEST_F(BadInputTest, AReadOnlyStoreRefusesToBegin) {
    store_.close();
    store_ = Store::open(folder_.file(), {.read_only = true});
    refusal<UsageError>([&] { static_cast<void>(store_.begin()); });
    refusal<UsageError>([&] { store_.transact([](Transaction&) {}); });
    expect_library(store_.snapshot());
    expect_sound(store_);
    store_.close();
    store_ = Store::open(folder_.file());
}

}  // namespace
}  // namespace vitrine::test
