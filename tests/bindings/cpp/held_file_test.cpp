#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bindings/cpp/library.hpp"

namespace vitrine::test {
namespace {

class HeldFileTest : public LibraryTest {
  protected:
    std::string opening_again() {
        return refusal<StorageError>([&] { static_cast<void>(Store::open(folder_.file())); });
    }
};

TEST_F(HeldFileTest, IsOpenedOnceInAProcess) {
    EXPECT_TRUE(contains(opening_again(), "already open in this process"));
    EXPECT_TRUE(contains(opening_again(), folder_.file().string()));
}

TEST_F(HeldFileTest, SnapshotsOutliveTheirStoreAndAreCounted) {
    {
        std::optional<Snapshot> first = store_.snapshot();
        const Snapshot copy = *first;  // shares the pin: still one snapshot
        // No optional: g++ 12 sees it used uninitialised under the thread sanitizer.
        auto words =
            std::make_unique<Words>(store_.snapshot().tree<std::string, std::uint64_t>("words"));
        std::optional<Transaction> tx = store_.begin();
        store_.trim_cache();  // so that what is read below is read from the file
        store_.close();
        EXPECT_TRUE(contains(opening_again(), "still held by 3 snapshots"));
        expect_library(*first);
        EXPECT_EQ(words->size(), kWords);
        tx.reset();
        EXPECT_TRUE(contains(opening_again(), "still held by 2 snapshots"));
        first.reset();
        EXPECT_TRUE(contains(opening_again(), "still held by 2 snapshots"));
        words.reset();
        EXPECT_TRUE(contains(opening_again(), "still held by 1 snapshot"));
        expect_library(copy);
    }
    store_ = Store::open(folder_.file());
}

TEST_F(HeldFileTest, EverythingThatReadsHoldsItAndObjectsDoNot) {
    std::optional<View> view = store_.snapshot().view();
    std::optional iterator = store_.snapshot().tree<std::string, std::uint64_t>("words").begin();
    const auto object = store_.snapshot().get(book_);
    { const Store gone = std::move(store_); }  // the destructor closes too
    EXPECT_TRUE(contains(opening_again(), "still held by 2 snapshots"));
    EXPECT_EQ(view->get(book_).getPages(), 300U);
    view.reset();
    EXPECT_TRUE(contains(opening_again(), "still held by 1 snapshot"));
    EXPECT_EQ((**iterator).key, word(0));
    iterator.reset();
    store_ = Store::open(folder_.file());
    EXPECT_EQ(object->getPages(), 300U);
}

TEST_F(HeldFileTest, MayBeAskedWhileTheLastSnapshotGoes) {
    for (int round = 0; round < 50; ++round) {
        std::optional<Snapshot> last = store_.snapshot();
        store_.close();
        std::jthread dropping([&] { last.reset(); });
        for (bool open = false; !open;) {
            try {
                store_ = Store::open(folder_.file());
                open = true;
            } catch (const StorageError& error) {
                const std::string message = error.what();
                ASSERT_TRUE(contains(message, "still held by 1 snapshot") ||
                            contains(message, "being closed"))
                    << message;
            }
        }
    }
}

TEST_F(HeldFileTest, IsOpenedByOneProcess) {
    std::array<int, 2> ready{};
    std::array<int, 2> end{};
    ASSERT_EQ(::pipe(ready.data()) + ::pipe(end.data()), 0);
    store_.close();
    const pid_t child = ::fork();
    char token = 'x';
    if (child == 0) {
        const Store store = Store::open(folder_.file());
        const bool told = ::write(ready[1], &token, 1) == 1;
        ::close(end[1]);
        while (::read(end[0], &token, 1) > 0) {
        }
        ::_exit(told ? 0 : 1);  // without closing the store
    }
    ASSERT_EQ(::read(ready[0], &token, 1), 1);
    EXPECT_TRUE(contains(opening_again(), "locked by process " + std::to_string(child)));
    ::close(end[1]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    for (const int one : {ready[0], ready[1], end[0]}) ::close(one);
    store_ = Store::open(folder_.file());
}

}  // namespace
}  // namespace vitrine::test
