#include "core/lmdb/file_header.hpp"

#include <lmdb.h>

#include <cstring>

#include <vitrine/error.hpp>

#include "core/lmdb/lmdb_storage.hpp"
#include "core/lmdb/meta_row.hpp"
#include "tests/core/lmdb/temporary_folder.hpp"
#include "tests/core/storage_contract.hpp"

namespace vitrine::core::testing {
namespace {

enum class Outcome { opens, storage_error, corruption };

Outcome open(const std::filesystem::path& file, std::string& message) {
    try {
        const auto storage = lmdb::open(file);
        message = "opens";
        return Outcome::opens;
    } catch (const StorageError& error) {
        message = error.what();
        return Outcome::storage_error;
    } catch (const CorruptionError& error) {
        message = error.what();
        return Outcome::corruption;
    }
}

class FileHeaderTest : public ::testing::Test {
  protected:
    /// The outcome of opening a file of these bytes.
    Outcome outcome(const std::string& bytes) {
        write_bytes(folder_.file("copy"), bytes);
        const Outcome result = open(folder_.file("copy"), message_);
        if (result != Outcome::opens) {
            EXPECT_NE(message_.find(folder_.file("copy").string()), std::string::npos);
        }
        return result;
    }

    std::string store_bytes() {
        BatchOf batch(1);
        for (std::uint64_t id = 1; id <= 200; ++id) batch.put(id, 1, 20);
        lmdb::open(folder_.file())->write(batch.get());
        return read_bytes(folder_.file());
    }

    TemporaryFolder folder_;
    std::string message_;
};

constexpr std::size_t kMetaAt = 16;
constexpr std::size_t kLastPageAt = kMetaAt + 120;

TEST_F(FileHeaderTest, TakesAnEmptyFileForANewStore) {
    EXPECT_EQ(outcome(""), Outcome::opens) << message_;
    EXPECT_EQ(outcome(std::string(8192, '\0')), Outcome::opens) << message_;
}

TEST_F(FileHeaderTest, TakesAnUnfinishedCreationForANewStore) {
    MDB_env* env = nullptr;
    ASSERT_EQ(mdb_env_create(&env), 0);
    ASSERT_EQ(mdb_env_open(env, folder_.file("new").c_str(), MDB_NOSUBDIR, 0644), 0);
    mdb_env_close(env);
    EXPECT_EQ(outcome(read_bytes(folder_.file("new"))), Outcome::opens) << message_;
}

TEST_F(FileHeaderTest, TakesHalfOfItForANewStoreToo) {
    MDB_env* env = nullptr;
    ASSERT_EQ(mdb_env_create(&env), 0);
    ASSERT_EQ(mdb_env_open(env, folder_.file("new").c_str(), MDB_NOSUBDIR, 0644), 0);
    mdb_env_close(env);
    const std::string bytes = read_bytes(folder_.file("new"));
    EXPECT_EQ(outcome(bytes.substr(0, 4096)), Outcome::opens) << message_;
    const std::string zeros(4096, '\0');
    EXPECT_EQ(outcome(zeros + bytes.substr(4096)), Outcome::opens) << message_;
    EXPECT_EQ(outcome(bytes.substr(0, 4096) + zeros), Outcome::opens) << message_;
}

// What LMDB leaves when it cannot write a commit's meta page, found by tests/crash/faults.
TEST_F(FileHeaderTest, DoesNotMindTheRootsOfACommitThatFailed) {
    std::string bytes = store_bytes();  // commit 2: page 0 is the newest
    const std::size_t main_root_at = 4096 + kMetaAt + 72 + 40;
    const std::uint64_t last_of_older = 5;
    const std::uint64_t root = bytes.size() / 4096 - 1;
    std::memcpy(bytes.data() + 4096 + kLastPageAt, &last_of_older, sizeof last_of_older);
    std::memcpy(bytes.data() + main_root_at, &root, sizeof root);
    ASSERT_GT(root, last_of_older);
    EXPECT_EQ(outcome(bytes), Outcome::opens) << message_;
}

TEST_F(FileHeaderTest, RefusesStrangers) {
    for (const std::string& bytes :
         {std::string("hello"), std::string(100'000, 'x'), std::string(100'000, '\0')}) {
        EXPECT_EQ(outcome(bytes), Outcome::storage_error);
        EXPECT_NE(message_.find("not a Vitrine store"), std::string::npos) << message_;
        EXPECT_EQ(read_bytes(folder_.file("copy")), bytes) << "it was touched";
    }
}

TEST_F(FileHeaderTest, RefusesAStrangersLmdbFile) {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    MDB_dbi table = 0;
    char text[] = "meta";
    MDB_val word{4, text};
    ASSERT_EQ(mdb_env_create(&env), 0);
    ASSERT_EQ(mdb_env_open(env, folder_.file("strange").c_str(), MDB_NOSUBDIR, 0644), 0);
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    ASSERT_EQ(mdb_dbi_open(txn, nullptr, 0, &table), 0);
    ASSERT_EQ(mdb_put(txn, table, &word, &word, 0), 0);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    EXPECT_EQ(outcome(read_bytes(folder_.file("strange"))), Outcome::storage_error);
    EXPECT_NE(message_.find("not a Vitrine store"), std::string::npos) << message_;
}

TEST_F(FileHeaderTest, FindsAStoreCutShortAnywhere) {
    const std::string bytes = store_bytes();
    ASSERT_EQ(outcome(bytes), Outcome::opens) << message_;
    for (std::size_t size = 1000; size + 1 < bytes.size(); size += 1031) {
        EXPECT_EQ(outcome(bytes.substr(0, size)), Outcome::corruption) << size << ": " << message_;
    }
    EXPECT_EQ(outcome(bytes.substr(0, bytes.size() - 1)), Outcome::corruption);
}

// Found by crash.corruption, seed 7852: it was taken for what a crash leaves of a creation.
TEST_F(FileHeaderTest, DoesNotTakeTheBeginningOfAStoreForANewOne) {
    const std::string bytes = store_bytes();
    for (const std::size_t size : {12, 20, 100, 151, 152})
        EXPECT_NE(outcome(bytes.substr(0, size)), Outcome::opens) << size;
}

TEST_F(FileHeaderTest, AcceptsAFileWhoseMissingEndIsFree) {
    store_bytes();
    {
        const auto storage = lmdb::open(folder_.file());
        storage->write(BatchOf(2).put(999, 2, 20'000).get());      // overflow pages at the end
        storage->write(BatchOf(3).erase(999, 2).get());            // free now
        for (std::uint64_t version = 4; version < 9; ++version) {  // moves all to the front
            storage->write(BatchOf(version).put(1, version).put(999, version).get());
        }
    }
    const std::string bytes = read_bytes(folder_.file());
    const std::string cut = bytes.substr(0, bytes.size() - 3 * 4096);
    EXPECT_EQ(outcome(cut), Outcome::opens) << message_;
    const auto storage = lmdb::open(folder_.file("copy"));
    EXPECT_EQ(scan_all(*storage, 50).size(), 210u);
    storage->write(BatchOf(9).put(1000, 9, 60'000).get());
    EXPECT_EQ(read(*storage, 1000, kOpen).words.size(), 60'000u);
}

TEST_F(FileHeaderTest, TellsARuinFromAStranger) {
    const std::string bytes = store_bytes();
    for (const std::size_t first : {0u, 1u}) {
        for (const std::size_t count : {1u, 2u}) {
            std::string bad = bytes;
            const std::size_t pages = std::min<std::size_t>(count, 2 - first);
            bad.replace(first * 4096, pages * 4096, pages * 4096, '\0');
            EXPECT_EQ(outcome(bad), Outcome::corruption) << message_;
        }
    }
}

TEST_F(FileHeaderTest, FindsImpossibleMetaPages) {
    const std::string bytes = store_bytes();
    const std::size_t main_root_at = kMetaAt + 72 + 40;
    for (const std::size_t at : {kLastPageAt + 3, main_root_at + 5, kMetaAt + 128 + 4}) {
        for (const std::size_t page : {0u, 1u}) {
            std::string bad = bytes;
            bad[page * 4096 + at] = static_cast<char>(bad[page * 4096 + at] ^ 0x40);
            EXPECT_EQ(outcome(bad), Outcome::corruption) << at << ": " << message_;
        }
    }
}

TEST_F(FileHeaderTest, FindsADamagedHeaderRow) {
    const std::string bytes = store_bytes();
    const std::string magic(reinterpret_cast<const char*>(&lmdb::kMagic), sizeof lmdb::kMagic);
    std::string bad = bytes;
    int rows = 0;
    for (std::size_t at = bad.find(magic); at != std::string::npos; at = bad.find(magic, at + 1)) {
        bad[at + 17] = static_cast<char>(bad[at + 17] ^ 1);
        ++rows;
    }
    ASSERT_GT(rows, 0);
    EXPECT_EQ(outcome(bad), Outcome::corruption) << message_;
}

TEST_F(FileHeaderTest, RefusesAnotherFormatAndNamesBoth) {
    std::vector<Word> row{lmdb::kMagic, 9, 1, 2, 3, 4, 5, 0};
    row.back() = hash_payload(Words(row).first(row.size() - 1));
    const MDB_val value{row.size() * sizeof(Word), row.data()};
    try {
        lmdb::decode_meta(value, "file");
        FAIL() << "accepted";
    } catch (const StorageError& error) {
        EXPECT_STREQ(error.what(),
                     "file: the store has format version 9, this library reads version 5");
    }
}

}  // namespace
}  // namespace vitrine::core::testing
