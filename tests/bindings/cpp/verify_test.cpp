#include <string>
#include <utility>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

using core::testing::read_bytes;
using core::testing::write_bytes;

class VerifyTest : public AccountsTest {
  protected:
    /// Flips a bit in every copy of the text in the closed file; how many there were.
    int damage(const std::string& text) {
        store_.close();
        std::string bytes = read_bytes(folder_.file());
        int count = 0;
        for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1)) {
            bytes[at] = static_cast<char>(bytes[at] ^ 1);
            ++count;
        }
        write_bytes(folder_.file(), bytes);
        store_ = Store::open(folder_.file(), options());
        return count;
    }
};

TEST_F(VerifyTest, CountsWhatTheNewestCommitShows) {
    const Ref<Account> account = make("Ada");
    make("Bob");
    fill_numbers(1000);
    store_.transact([&](Transaction& tx) { tx.set_root("chief", account); });
    const VerifyReport report = store_.verify();
    EXPECT_TRUE(report.ok());
    EXPECT_EQ(report.objects, 2U);
    EXPECT_EQ(report.trees, 1U);
    EXPECT_EQ(report.entries, 1000U + 2) << "the names of roots are keys too";
    EXPECT_EQ(report.roots, 2U);
    EXPECT_GT(report.nodes, 1U);
    EXPECT_GE(report.versions, report.objects);
    EXPECT_GT(report.bytes, 0U);
}

TEST_F(VerifyTest, ListsADanglingReferenceApartAndStaysOk) {
    const Ref<Account> gone = make("gone");
    const Ref<Account> points = store_.transact([&](Transaction& tx) {
        tx.tree<std::string, Ref<Account>>("refs").put("a \"key\"", gone);
        return tx.create<Account>([&](Account::Builder b) { gone.store(b.initNext()); });
    });
    EXPECT_TRUE(store_.verify().dangling_references.empty());
    const Version written = store_.version();
    store_.transact([&](Transaction& tx) { tx.erase(gone); });
    const VerifyReport report = store_.verify();
    EXPECT_TRUE(report.ok());
    ASSERT_EQ(report.dangling_references.size(), 2U);
    bool in_object = false;
    bool in_tree = false;
    for (const DanglingReference& dangling : report.dangling_references) {
        EXPECT_EQ(dangling.target, AnyRef{gone});
        EXPECT_EQ(dangling.version, written);
        in_object |= dangling.object == AnyRef{points} && dangling.path == "next";
        in_tree |= contains(dangling.path, R"("a \"key\"")");
    }
    EXPECT_TRUE(in_object);
    EXPECT_TRUE(in_tree);
}

TEST_F(VerifyTest, FindsADamagedObjectAndReadingItIsACorruptionError) {
    const std::string owner = "an owner whom the file names";
    const Ref<Account> account = make(owner);
    const Ref<Account> sound = make("another");
    const Version version = store_.snapshot().get(account).version();
    ASSERT_GE(damage(owner), 1);
    const VerifyReport report = store_.verify();
    EXPECT_FALSE(report.ok());
    ASSERT_FALSE(report.faults.empty());
    EXPECT_EQ(report.faults[0].object, AnyRef{account});
    EXPECT_EQ(report.faults[0].version, version);
    EXPECT_FALSE(report.faults[0].what.empty());
    try {
        static_cast<void>(store_.snapshot().get(account));
        FAIL() << "damaged data was given";
    } catch (const CorruptionError& error) {
        EXPECT_EQ(error.object(), AnyRef{account});
        EXPECT_EQ(error.version(), version);
        EXPECT_TRUE(contains(error.what(), std::to_string(account.id()))) << error.what();
    }
    EXPECT_EQ(store_.snapshot().get(sound)->getOwner(), "another");
}

TEST_F(VerifyTest, FindsADamagedTreeAndReadingItIsACorruptionError) {
    const std::string value = "a value that the file holds";
    store_.transact(
        [&](Transaction& tx) { tx.tree<std::string, std::string>("texts").put("key", value); });
    ASSERT_GE(damage(value), 1);
    EXPECT_FALSE(store_.verify().ok());
    const auto read = [&] {
        static_cast<void>(store_.snapshot().tree<std::string, std::string>("texts").find("key"));
    };
    EXPECT_THROW(read(), CorruptionError);
}

TEST_F(VerifyTest, TellsItsProgressAndIsCancelledByIt) {
    for (int i = 0; i < 100; ++i) make("someone");
    int calls = 0;
    std::uint64_t last = 0;
    const VerifyReport report = store_.verify([&](std::uint64_t done, std::uint64_t total) {
        ++calls;
        EXPECT_LE(last, done);
        EXPECT_LE(done, total);
        last = done;
        return true;
    });
    EXPECT_TRUE(report.ok());
    EXPECT_GT(calls, 0);
    refusal<CancelledError>([&] {
        static_cast<void>(store_.verify([](std::uint64_t, std::uint64_t) { return false; }));
    });
    EXPECT_TRUE(store_.verify().ok());
}

}  // namespace
}  // namespace vitrine::test
