#include "core/lmdb/file_claim.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::core::testing {
namespace {

using lmdb::FileClaim;

std::string refusal(const std::filesystem::path& file) {
    try {
        const FileClaim claim(file, {});
        return "claimed";
    } catch (const StorageError& error) {
        return error.what();
    }
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A process that runs `work`, then says so, and waits to be told to end.
class Child {
  public:
    template <class Work>
    explicit Child(Work work) {
        if (::pipe(ready_) != 0 || ::pipe(end_) != 0) throw std::runtime_error("no pipe");
        process_ = ::fork();
        if (process_ != 0) {
            ::close(ready_[1]);
            ::close(end_[0]);
            char byte = 0;
            if (::read(ready_[0], &byte, 1) != 1) byte = '?';
            answer_ = byte;
            return;
        }
        ::close(end_[1]);  // else the child would never see its end
        work([this](char answer) {
            char byte = answer;
            if (::write(ready_[1], &byte, 1) != 1) ::_exit(2);
            if (::read(end_[0], &byte, 1) != 0) ::_exit(3);
        });
        ::_exit(0);
    }
    ~Child() {
        ::close(end_[1]);
        ::waitpid(process_, nullptr, 0);
        ::close(ready_[0]);
    }
    [[nodiscard]] pid_t process() const { return process_; }
    [[nodiscard]] char answer() const { return answer_; }

  private:
    int ready_[2] = {};
    int end_[2] = {};
    pid_t process_ = 0;
    char answer_ = '?';
};

TEST(FileClaimTest, RefusesASecondOneInThisProcess) {
    const TemporaryFolder folder;
    const FileClaim claim(folder.file(), {});
    EXPECT_TRUE(contains(refusal(folder.file()), "already open in this process"));
}

TEST(FileClaimTest, SaysWhoHoldsTheFile) {
    const TemporaryFolder folder;
    FileClaim claim(folder.file(), {});
    std::string who = "held by three";
    claim.set_holders([&] { return who; });
    EXPECT_TRUE(contains(refusal(folder.file()), "held by three"));
    who.clear();
    EXPECT_TRUE(contains(refusal(folder.file()), "already open in this process"));
    claim.set_holders({});
    EXPECT_TRUE(contains(refusal(folder.file()), "already open in this process"));
}

TEST(FileClaimTest, KnowsAFileByAnotherName) {
    const TemporaryFolder folder;
    const FileClaim claim(folder.file(), {});
    std::filesystem::create_hard_link(folder.file(), folder.file("other"));
    EXPECT_TRUE(contains(refusal(folder.file("other")), "already open in this process"));
}

TEST(FileClaimTest, GivesTheFileUpAtItsEnd) {
    const TemporaryFolder folder;
    EXPECT_EQ(refusal(folder.file()), "claimed");
    EXPECT_EQ(refusal(folder.file()), "claimed");
}

TEST(FileClaimTest, NamesTheProcessThatHasTheFile) {
    const TemporaryFolder folder;
    const Child child([&](auto answer) {
        const FileClaim claim(folder.file(), {});
        answer('c');
    });
    ASSERT_EQ(child.answer(), 'c');
    const std::string message = refusal(folder.file());
    const bool kernel_tells = std::ifstream("/proc/locks").good();
    EXPECT_TRUE(contains(message, kernel_tells
                                      ? "locked by process " + std::to_string(child.process())
                                      : "locked by another process"))
        << message;
    EXPECT_TRUE(contains(message, folder.file().string()));
}

TEST(FileClaimTest, IsFreeWhenItsProcessDied) {
    const TemporaryFolder folder;
    {
        const Child child([&](auto answer) {
            const FileClaim claim(folder.file(), {});
            answer('c');
            ::_exit(0);  // without a destructor
        });
        EXPECT_NE(refusal(folder.file()), "claimed");
    }
    EXPECT_EQ(refusal(folder.file()), "claimed");
}

TEST(FileClaimTest, IsNotUndoneByAForkedCopy) {
    const TemporaryFolder folder;
    auto claim = std::make_unique<FileClaim>(folder.file(), lmdb::Options{});
    {
        const Child child([&](auto answer) {
            claim.reset();
            answer('c');
        });
        const Child stranger([&](auto answer) {
            answer(contains(refusal(folder.file()), "locked by") ? 'r' : 'c');
        });
        EXPECT_EQ(stranger.answer(), 'r');
    }
    EXPECT_TRUE(contains(refusal(folder.file()), "already open"));
}

TEST(FileClaimTest, IsNotHeldByAForkedCopy) {
    const TemporaryFolder folder;
    auto claim = std::make_unique<FileClaim>(folder.file(), lmdb::Options{});
    const Child child([](auto answer) { answer('c'); });
    claim.reset();
    EXPECT_EQ(refusal(folder.file()), "claimed");
}

TEST(FileClaimTest, SaysWhatTheSystemSaid) {
    const TemporaryFolder folder;
    write_bytes(folder.file("plain"), "text");
    EXPECT_TRUE(contains(refusal(folder.file("plain") / "store"), "Not a directory"));
    EXPECT_TRUE(contains(refusal(folder.file("absent") / "store"), "No such file"));
    EXPECT_TRUE(contains(refusal(folder.file("")), "Is a directory"));
    EXPECT_TRUE(contains(refusal("/dev/null"), "not a regular file"));
    EXPECT_THROW(FileClaim(folder.file("none"), {.create_if_missing = false}), StorageError);
    EXPECT_FALSE(std::filesystem::exists(folder.file("none")));
}

}  // namespace
}  // namespace vitrine::core::testing
