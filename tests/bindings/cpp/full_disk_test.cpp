#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <tuple>

#include "tests/bindings/cpp/library.hpp"

namespace vitrine::test {
namespace {

constexpr std::size_t kDiskBytes = 4 << 20;

/// A place for a file that can be full, and then not.
class Disk {
  public:
    virtual ~Disk() = default;
    [[nodiscard]] virtual std::filesystem::path file() const = 0;
    virtual void make_room() = 0;
};

/// A small file system in memory, half of which a second file fills.
class SmallDisk final : public Disk {
  public:
    /// Null when mounting is not permitted.
    static std::unique_ptr<Disk> make() {
        auto disk = std::make_unique<SmallDisk>();
        const std::string size = "size=" + std::to_string(kDiskBytes);
        std::filesystem::create_directory(disk->place());
        disk->mounted_ = ::mount("none", disk->place().c_str(), "tmpfs", 0, size.c_str()) == 0;
        if (!disk->mounted_) return nullptr;
        std::ofstream(disk->ballast()) << std::string(kDiskBytes / 2, 'b');
        return disk;
    }
    ~SmallDisk() override {
        if (mounted_) ::umount2(place().c_str(), MNT_DETACH);
    }
    [[nodiscard]] std::filesystem::path file() const override { return place() / "store"; }
    void make_room() override { std::filesystem::remove(ballast()); }

  private:
    [[nodiscard]] std::filesystem::path place() const { return folder_.file("disk"); }
    [[nodiscard]] std::filesystem::path ballast() const { return place() / "ballast"; }

    TemporaryFolder folder_;
    bool mounted_ = false;
};

/// A limit on the size of the process's files.
class SmallLimit final : public Disk {
  public:
    SmallLimit() {
        ::getrlimit(RLIMIT_FSIZE, &was_);
        signal_ = std::signal(SIGXFSZ, SIG_IGN);
        // Not a multiple of a page: a write across it is cut short before one is refused.
        const rlimit small{kDiskBytes / 2 + 1000, was_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    SmallLimit(const SmallLimit&) = delete;
    SmallLimit& operator=(const SmallLimit&) = delete;
    ~SmallLimit() override {
        make_room();
        std::signal(SIGXFSZ, signal_);
    }
    [[nodiscard]] std::filesystem::path file() const override { return folder_.file(); }
    void make_room() override { ::setrlimit(RLIMIT_FSIZE, &was_); }

  private:
    TemporaryFolder folder_;
    rlimit was_{};
    void (*signal_)(int) = SIG_DFL;
};

enum class Means { small_disk, small_limit };

class FullDiskTest : public testing::TestWithParam<Means> {
  protected:
    void SetUp() override {
        disk_ =
            GetParam() == Means::small_disk ? SmallDisk::make() : std::make_unique<SmallLimit>();
        if (disk_ == nullptr) GTEST_SKIP() << "mounting is not permitted";
    }
    /// Commits until the store refuses; returns how many it took. What it said is in `message_`.
    std::uint64_t fill(Store& store) {
        constexpr std::uint64_t kEnough = 10'000;
        std::uint64_t count = 0;
        message_ = refusal<StorageError>([&] {
            for (; count < kEnough; ++count) put(store, count);
        });
        EXPECT_GT(count, 1U);
        return count;
    }
    static void put(Store& store, std::uint64_t number) {
        store.transact([&](Transaction& tx) {
            tx.tree<std::uint64_t, std::string>("large").put(number, large(number));
        });
    }
    static std::string large(std::uint64_t number) {
        return std::string(20'000 + number, static_cast<char>('a' + number % 26));
    }
    /// The first `count` are there, and no more.
    static void expect_large(const Snapshot& snapshot, std::uint64_t count) {
        expect_first(snapshot, count);
        EXPECT_EQ((snapshot.tree<std::uint64_t, std::string>("large").size()), count);
    }
    static void expect_first(const Snapshot& snapshot, std::uint64_t count) {
        const auto tree = snapshot.tree<std::uint64_t, std::string>("large");
        for (std::uint64_t i = 0; i < count; ++i) EXPECT_EQ(tree.find(i), large(i)) << i;
        EXPECT_EQ(snapshot.get(snapshot.root<Book>("book"))->getPages(), 300U);
    }

    std::unique_ptr<Disk> disk_;
    std::string message_;
};

TEST_P(FullDiskTest, FailsTheCommitAndGoesOnWhenThereIsRoom) {
    std::uint64_t count = 0;
    {
        Store store = Store::open(disk_->file(), {.cache_bytes = 64 << 10});
        fill_library(store);
        const Snapshot before = store.snapshot();
        count = fill(store);
        EXPECT_TRUE(contains(message_, "disk is full")) << message_;
        EXPECT_TRUE(contains(message_, disk_->file().string())) << message_;

        // Nothing of the failed commit is visible, and reading goes on.
        store.trim_cache();
        expect_large(store.snapshot(), count);
        expect_library(before);
        // What is in the log alone cannot be checked before it is in the file.
        for (const Fault& fault : store.verify().faults)
            EXPECT_TRUE(contains(fault.what, "disk is full")) << fault.what;
        refusal<StorageError>([&] { put(store, count); });
        expect_large(store.snapshot(), count);

        disk_->make_room();
        for (std::uint64_t i = count; i < count + 20; ++i) put(store, i);
        count += 20;
        expect_large(store.snapshot(), count);
        expect_sound(store);
        store.close();
    }
    const Store store = Store::open(disk_->file());
    expect_large(store.snapshot(), count);
    expect_sound(store);
}

TEST_P(FullDiskTest, RefusesWritesAndKeepsReadingWhenCommitsWereVisibleAlready) {
    Version durable;
    std::uint64_t visible = 0;
    {
        Store store = Store::open(disk_->file(),
                                  {.cache_bytes = 64 << 10, .durability = Durability::deferred});
        fill_library(store);
        store.flush();
        visible = fill(store);
        EXPECT_TRUE(contains(message_, "disk is full")) << message_;
        // Every commit that returned is visible, on disk or not.
        store.trim_cache();
        expect_large(store.snapshot(), visible);
        EXPECT_TRUE(contains(refusal<StorageError>([&] { store.flush(); }), "disk is full"));
        durable = store.durable_version();
        EXPECT_LT(durable, store.version());

        disk_->make_room();  // too late: nothing may be written after a gap
        refusal<StorageError>([&] { put(store, visible); });
        expect_large(store.snapshot(), visible);
        refusal<StorageError>([&] { store.close(); });
        refusal<UsageError>([&] { static_cast<void>(store.version()); });
    }
    Store store = Store::open(disk_->file());
    EXPECT_EQ(store.version(), durable);
    const auto large = store.snapshot().find_tree<std::uint64_t, std::string>("large");
    const std::uint64_t kept = large ? large->size() : 0;  // maybe none came to the disk
    EXPECT_LE(kept, visible);
    if (kept != 0) expect_large(store.snapshot(), kept);
    expect_sound(store);
    put(store, kept);
    expect_large(store.snapshot(), kept + 1);
}

TEST_P(FullDiskTest, AStoreThatFindsNoRoomIsNotMade) {
    if (GetParam() == Means::small_disk) {
        std::ofstream(disk_->file().parent_path() / "more") << std::string(kDiskBytes / 2, 'm');
    } else {
        rlimit none{};
        ::getrlimit(RLIMIT_FSIZE, &none);
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    const std::string message =
        refusal<StorageError>([&] { static_cast<void>(Store::open(disk_->file())); });
    EXPECT_TRUE(contains(message, disk_->file().string())) << message;
    disk_->make_room();
    std::filesystem::remove(disk_->file().parent_path() / "more");
    Store store = Store::open(disk_->file());
    fill_library(store);
    expect_library(store.snapshot());
}

INSTANTIATE_TEST_SUITE_P(Means, FullDiskTest,
                         testing::Values(Means::small_disk, Means::small_limit),
                         [](const auto& one) {
                             return one.param == Means::small_disk ? "SmallDisk" : "SmallLimit";
                         });

}  // namespace
}  // namespace vitrine::test
