#include "mvcc/object_version.hpp"

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/mvcc/fixture.hpp"

namespace vitrine::mvcc::test {
namespace {

struct ObjectVersionTest : testing::Test {
    AccountOwner account{MemoryAccount::make()};
    VersionHandle make(std::uint64_t number, const TypeTraits* traits = nullptr) {
        return VersionHandle::adopt(
            ObjectVersion::make(*account, traits, ObjectId{7}, v(3), kNumber, payload_of(number)));
    }
};

struct Doubled {
    std::uint64_t twice;
};
const TypeTraits kDoubled{kNumber, sizeof(Doubled), [](void* aux, Words payload) {
                              if (number_in(payload) == 13) throw std::runtime_error("unlucky");
                              new (aux) Doubled{2 * number_in(payload)};
                          }};

TEST_F(ObjectVersionTest, HoldsACheckedCopyOfItsRecord) {
    const VersionHandle made = make(42);
    EXPECT_EQ(number_in(made->payload()), 42u);
    EXPECT_EQ(made->id(), ObjectId{7});
    EXPECT_EQ(made->born(), v(3));
    EXPECT_EQ(made->until(), core::kOpen);
    const VersionHandle loaded = VersionHandle::adopt(
        ObjectVersion::load(*account, nullptr, ObjectId{7}, v(3), made->row()));
    EXPECT_EQ(number_in(loaded->payload()), 42u);
    EXPECT_EQ(loaded->type(), kNumber);
}

TEST_F(ObjectVersionTest, PreparesItsAuxPartWhenMadeAndWhenLoaded) {
    const VersionHandle made = make(21, &kDoubled);
    EXPECT_EQ(made->aux<Doubled>().twice, 42u);
    const VersionHandle loaded = VersionHandle::adopt(
        ObjectVersion::load(*account, &kDoubled, ObjectId{7}, v(3), made->row()));
    EXPECT_EQ(loaded->aux<Doubled>().twice, 42u);
    EXPECT_EQ(number_in(loaded->payload()), 21u);
}

TEST_F(ObjectVersionTest, ARecordThatCannotBePreparedIsCorruptAndLeaksNothing) {
    const VersionHandle made = make(13);
    const std::size_t before = account->bytes();
    try {
        ObjectVersion::load(*account, &kDoubled, ObjectId{7}, v(3), made->row());
        FAIL() << "loaded";
    } catch (const CorruptionError& error) {
        EXPECT_EQ(error.object(), AnyRef{7});
        EXPECT_EQ(error.version(), v(3));
        EXPECT_NE(std::string(error.what()).find("unlucky"), std::string::npos) << error.what();
    }
    EXPECT_THROW(make(13, &kDoubled), std::runtime_error);
    EXPECT_EQ(account->bytes(), before);
}

TEST_F(ObjectVersionTest, EveryFlippedBitOfARowIsRefused) {
    const VersionHandle made = make(42);
    std::vector<Word> row(made->row().begin(), made->row().end());
    for (std::size_t bit = 0; bit < row.size() * 64; ++bit) {
        row[bit / 64] ^= Word{1} << bit % 64;
        EXPECT_THROW(ObjectVersion::load(*account, nullptr, ObjectId{7}, v(3), row),
                     CorruptionError);
        row[bit / 64] ^= Word{1} << bit % 64;
    }
    EXPECT_THROW(ObjectVersion::load(*account, nullptr, ObjectId{7}, v(3), Words(row).first(1)),
                 CorruptionError);
    EXPECT_THROW(ObjectVersion::load(*account, nullptr, ObjectId{8}, v(3), row), CorruptionError);
    EXPECT_THROW(ObjectVersion::load(*account, nullptr, ObjectId{7}, v(4), row), CorruptionError);
}

TEST_F(ObjectVersionTest, AnEmptyPayloadIsATombstone) {
    const VersionHandle made = VersionHandle::adopt(
        ObjectVersion::make(*account, &kDoubled, ObjectId{7}, v(3), kNumber, {}));
    EXPECT_TRUE(made->tombstone());
    EXPECT_FALSE(make(0)->tombstone());
}

TEST_F(ObjectVersionTest, IsCountedUntilItsLastHandleGoes) {
    VersionHandle first = make(1);
    const std::size_t bytes = account->bytes();
    EXPECT_EQ(bytes, first->bytes());
    VersionHandle second = first;
    first = {};
    EXPECT_EQ(account->bytes(), bytes);
    second = {};
    EXPECT_EQ(account->bytes(), 0u);
}

TEST_F(ObjectVersionTest, HandlesOutliveTheAccountsOwner) {
    VersionHandle handle = make(5);
    account.reset();
    EXPECT_EQ(number_in(handle->payload()), 5u);
    VersionHandle& self = handle;
    handle = self;  // self-assignment keeps it
    EXPECT_EQ(number_in(handle->payload()), 5u);
}

}  // namespace
}  // namespace vitrine::mvcc::test
