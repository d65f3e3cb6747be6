#include "core/lmdb/errors.hpp"

#include <cerrno>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

namespace vitrine::core::testing {
namespace {

using lmdb::guarded;

TEST(LmdbErrorsTest, ComesBackFromAFailedAssertion) {
    int after = 0;
    const int code = guarded([&] {
        lmdb::on_assertion(nullptr, "page 7 is odd");
        return ++after;
    });
    EXPECT_EQ(code, lmdb::kAssertionFailed);
    EXPECT_EQ(after, 0);
    try {
        lmdb::throw_error(code, "file", "reading");
    } catch (const CorruptionError& error) {
        EXPECT_STREQ(error.what(), "file: reading: damaged pages (LMDB: page 7 is odd)");
    }
}

TEST(LmdbErrorsTest, ComesBackToTheInnermostGuardAndThenToTheOuterOne) {
    const int code = guarded([] {
        const auto failing = [] {
            lmdb::on_assertion(nullptr, "inner");
            return 0;
        };
        EXPECT_EQ(guarded(failing), lmdb::kAssertionFailed);
        EXPECT_EQ(guarded([] { return 5; }), 5);
        lmdb::on_assertion(nullptr, "outer");
        return 0;
    });
    EXPECT_EQ(code, lmdb::kAssertionFailed);
}

TEST(LmdbErrorsTest, TellsDamageFromAFailingWorld) {
    EXPECT_THROW(lmdb::throw_error(MDB_CORRUPTED, "file", "reading"), CorruptionError);
    EXPECT_THROW(lmdb::throw_error(MDB_PAGE_NOTFOUND, "file", "reading"), CorruptionError);
    EXPECT_THROW(lmdb::throw_error(MDB_MAP_FULL, "file", "writing"), StorageError);
    try {
        lmdb::throw_error(ENOSPC, "file", "writing");
    } catch (const StorageError& error) {
        EXPECT_STREQ(error.what(), "file: writing: the disk is full (No space left on device)");
    }
    EXPECT_NO_THROW(lmdb::check(MDB_SUCCESS, "file", "reading"));
}

}  // namespace
}  // namespace vitrine::core::testing
