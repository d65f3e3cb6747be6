#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>

#include "core/lmdb/meta_row.hpp"
#include "core/record.hpp"
#include "tests/bindings/cpp/library.hpp"

namespace vitrine::test {
namespace {

using core::testing::read_bytes;
using core::testing::write_bytes;

/// What opening says; the file must be as it was after it.
template <class E>
std::string refused(const std::filesystem::path& file) {
    const std::string before = read_bytes(file);
    std::string message = refusal<E>([&] { static_cast<void>(Store::open(file)); });
    EXPECT_TRUE(read_bytes(file) == before) << "opening changed it";
    EXPECT_TRUE(contains(message, file.string())) << message;
    refusal<E>([&] { static_cast<void>(Store::open(file, {.read_only = true})); });
    return message;
}

std::string library(const TemporaryFolder& folder) {
    {
        Store store = Store::open(folder.file());
        fill_library(store);
        store.close();
    }
    return read_bytes(folder.file());
}

TEST(BadFileTest, GarbageIsNotAVitrineStore) {
    const TemporaryFolder folder;
    std::mt19937_64 random(1);
    for (const std::size_t bytes :
         {std::size_t{1}, std::size_t{100}, std::size_t{4096}, std::size_t{100'000}}) {
        std::string garbage(bytes, ' ');
        for (char& one : garbage) one = static_cast<char>(random());
        write_bytes(folder.file(), garbage);
        EXPECT_TRUE(contains(refused<StorageError>(folder.file()), "not a Vitrine store"));
    }
    write_bytes(folder.file(), "Dear diary, …");
    EXPECT_TRUE(contains(refused<StorageError>(folder.file()), "not a Vitrine store"));
}

TEST(BadFileTest, AFileCutShortIsCorrupt) {
    const TemporaryFolder folder;
    const std::string whole = library(folder);
    ASSERT_GT(whole.size(), 6U * 4096);
    for (const std::size_t bytes : {whole.size() / 2, std::size_t{3 * 4096}, std::size_t{8192}}) {
        write_bytes(folder.file(), whole.substr(0, bytes));
        refused<CorruptionError>(folder.file());
    }
    write_bytes(folder.file(), whole);
    expect_library(Store::open(folder.file()).snapshot());
}

/// Gives the store's own row another format version, with a good checksum.
void set_format(const std::filesystem::path& file, std::uint64_t version) {
    MDB_env* env = nullptr;
    ASSERT_EQ(mdb_env_create(&env), 0);
    mdb_env_set_maxdbs(env, 4);
    ASSERT_EQ(mdb_env_open(env, file.c_str(), MDB_NOSUBDIR, 0644), 0);
    MDB_txn* txn = nullptr;
    MDB_dbi meta = 0;
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    ASSERT_EQ(mdb_dbi_open(txn, "meta", 0, &meta), 0);
    MDB_val key = core::lmdb::meta_key();
    MDB_val value{};
    ASSERT_EQ(mdb_get(txn, meta, &key, &value), 0);
    core::lmdb::MetaRow row{};
    ASSERT_EQ(value.mv_size, sizeof row);
    std::memcpy(row.data(), value.mv_data, sizeof row);
    row[1] = version;
    row[14] = mdb_txn_id(txn);
    row.back() = core::hash_payload(core::Words(row).first(row.size() - 1));
    value = {sizeof row, row.data()};
    ASSERT_EQ(mdb_put(txn, meta, &key, &value, 0), 0);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

TEST(BadFileTest, AnotherFormatVersionIsNamed) {
    const TemporaryFolder folder;
    const std::string whole = library(folder);
    write_bytes(folder.file("newer"), whole);
    set_format(folder.file("newer"), core::lmdb::kFormatVersion + 1);
    EXPECT_TRUE(contains(refused<StorageError>(folder.file("newer")),
                         "format version " + std::to_string(core::lmdb::kFormatVersion + 1)));
    set_format(folder.file("newer"), core::lmdb::kFormatVersion);
    expect_library(Store::open(folder.file("newer")).snapshot());
}

TEST(BadFileTest, AStrangersLmdbFileIsNotAVitrineStore) {
    const TemporaryFolder folder;
    MDB_env* env = nullptr;
    ASSERT_EQ(mdb_env_create(&env), 0);
    ASSERT_EQ(mdb_env_open(env, folder.file().c_str(), MDB_NOSUBDIR, 0644), 0);
    MDB_txn* txn = nullptr;
    MDB_dbi table = 0;
    MDB_val text{4, const_cast<char*>("mine")};
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    ASSERT_EQ(mdb_dbi_open(txn, nullptr, 0, &table), 0);
    ASSERT_EQ(mdb_put(txn, table, &text, &text, 0), 0);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    EXPECT_TRUE(contains(refused<StorageError>(folder.file()), "not a Vitrine store"));
}

TEST(BadFileTest, AFolderAndAnAbsentPlaceAreStorageErrors) {
    const TemporaryFolder folder;
    const auto opening = [](const std::filesystem::path& file, StoreOptions options = {}) {
        return refusal<StorageError>([&] { static_cast<void>(Store::open(file, options)); });
    };
    EXPECT_TRUE(contains(opening(folder.file("")), "Is a directory"));
    EXPECT_TRUE(contains(opening(folder.file("no") / "such"), "No such file"));
    EXPECT_TRUE(contains(opening(folder.file(), {.create_if_missing = false}), "No such file"));
    EXPECT_TRUE(contains(opening(folder.file(), {.read_only = true}), "No such file"));
    EXPECT_TRUE(contains(opening(""), "No such file"));
    EXPECT_FALSE(std::filesystem::exists(folder.file()));
}

/// What permissions say is not for root: the test is somebody else meanwhile.
class Nobody {
  public:
    Nobody() : was_(::geteuid()) {
        constexpr uid_t kNobody = 65534;
        if (was_ == 0 && ::seteuid(kNobody) != 0) throw std::runtime_error("stays root");
    }
    Nobody(const Nobody&) = delete;
    Nobody& operator=(const Nobody&) = delete;
    ~Nobody() {
        if (::seteuid(was_) != 0) std::abort();
    }

  private:
    uid_t was_;
};

TEST(BadFileTest, WhatMayNotBeWrittenIsAStorageErrorAndCanBeRead) {
    const TemporaryFolder folder;
    library(folder);
    std::filesystem::remove(folder.file().string() + "-lock");
    ASSERT_EQ(::chmod(folder.file().c_str(), 0444), 0);
    ASSERT_EQ(::chmod(folder.file("").c_str(), 0555), 0);
    {
        const Nobody somebody;
        for (const char* name : {"store", "fresh"})
            EXPECT_TRUE(contains(
                refusal<StorageError>([&] { static_cast<void>(Store::open(folder.file(name))); }),
                "Permission denied"));
        const Store store = Store::open(folder.file(), {.read_only = true});
        expect_library(store.snapshot());
    }
    ASSERT_EQ(::chmod(folder.file("").c_str(), 0755), 0);
    ASSERT_EQ(::chmod(folder.file().c_str(), 0644), 0);
    expect_library(Store::open(folder.file()).snapshot());
}

}  // namespace
}  // namespace vitrine::test
