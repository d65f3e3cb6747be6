#include <sys/stat.h>

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitrine/vitrine.hpp>

#include "bindings/cli/exit_code.hpp"
#include "tests/bindings/cli/child.hpp"
#include "tests/bindings/cli/everything.hpp"
#include "tests/bindings/cli/place.hpp"

namespace vitrine::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct BackupCommandTest : testing::Test {
    BackupCommandTest() {
        Store store = open();
        fill_with_everything(store);
    }
    [[nodiscard]] Store open() const {
        StoreOptions options;
        options.retention = Retention::commits(3);
        return Store::open(file, options);
    }
    void change(unsigned seed) const {
        Store store = open();
        std::mt19937 random(seed);
        for (unsigned commits = random() % 5; commits != 0; --commits)
            store.transact([&](Transaction& txn) {
                auto tree = txn.tree<std::string, std::uint64_t>("changing");
                for (int i = 0; i < 40; ++i) {
                    const std::string key = "key " + std::to_string(random() % 1000);
                    random() % 3 == 0 ? tree.erase(key) : tree.put(key, random());
                }
                if (random() % 4 == 0) tree.clear();
            });
    }
    static Ran expect_ok(const std::vector<std::string>& arguments) {
        Ran ran = run_command(arguments);
        EXPECT_EQ(ran.code, cli::kOk) << ran.err;
        return ran;
    }
    std::string exported(const std::string& store) const {
        return expect_ok({"export", store}).out;
    }

    const Place place;
    const std::string file = place.file("store");
};

TEST_F(BackupCommandTest, RestoresEveryRoundWithAnEqualExport) {
    std::vector<std::string> exports;
    std::vector<std::string> archives;
    for (unsigned round = 0; round < 20; ++round) {
        if (round != 0) change(round);
        exports.push_back(exported(file));
        std::vector<std::string> command{"backup", file, place.file("a" + std::to_string(round))};
        if (round != 0) command.insert(command.end(), {"--since-backup", archives.back()});
        expect_ok(command);
        archives.push_back(command[2]);
    }
    for (std::size_t round = 0; round < archives.size(); ++round) {
        const std::string target = place.file("restored");
        std::vector<std::string> command{"restore", target};
        command.insert(command.end(), archives.begin(),
                       archives.begin() + static_cast<std::ptrdiff_t>(round) + 1);
        expect_ok(command);
        EXPECT_EQ(exported(target), exports[round]) << round;
        for (const Fault& fault : Store::open(target).verify().faults) ADD_FAILURE() << fault.what;
        std::filesystem::remove(target);
    }
}

TEST_F(BackupCommandTest, RestoresAVersionOfTheHistory) {
    for (unsigned seed = 1; seed <= 4; ++seed) change(seed);
    const Version newest = open().version();
    expect_ok({"backup", file, place.file("full")});
    const std::string before = std::to_string(newest.value() - 2);
    const Ran ran = expect_ok({"restore", place.file("old"), place.file("full"), "--to", before});
    EXPECT_THAT(ran.out, HasSubstr("version " + before));
    EXPECT_EQ(Store::open(place.file("old")).version().value(), newest.value() - 2);
    const Ran none = run_command({"restore", place.file("none"), place.file("full"), "--to", "1"});
    EXPECT_EQ(none.code, cli::kUnusable);
    EXPECT_THAT(none.err, HasSubstr("version 1 is not in the archives; they have"));
}

TEST_F(BackupCommandTest, SaysWhyItRefuses) {
    expect_ok({"backup", file, place.file("full")});
    const Ran again = run_command({"backup", file, place.file("full")});
    EXPECT_EQ(again.code, cli::kUnusable);
    EXPECT_THAT(again.err, HasSubstr("full: the file exists already"));
    const Ran none = run_command({"restore", place.file("new"), file});
    EXPECT_EQ(none.code, cli::kUnusable);
    EXPECT_THAT(none.err, HasSubstr("not a backup archive"));
    EXPECT_EQ(run_command({"backup", file, place.file("b"), "--since", "1", "--since-backup",
                           place.file("full")})
                  .code,
              cli::kUsage);
    {
        const Store user = open();
        EXPECT_EQ(run_command({"backup", file, place.file("b")}).code, cli::kUnusable);
        EXPECT_EQ(run_command({"compact", file}).code, cli::kUnusable);
    }
    EXPECT_FALSE(std::filesystem::exists(place.file("b")));
}

TEST_F(BackupCommandTest, TellsProgramsInJson) {
    const Ran full = expect_ok({"backup", file, place.file("full"), "--json"});
    EXPECT_THAT(full.out, StartsWith("{\"version\":"));
    EXPECT_THAT(full.out, HasSubstr("\"since\":null"));
    const Ran copy = expect_ok({"backup", file, place.file("copy"), "--copy", "--json"});
    EXPECT_THAT(copy.out, HasSubstr("\"bytes\":"));
    EXPECT_EQ(exported(place.file("copy")), exported(file));
    expect_ok({"restore", place.file("new"), place.file("full"), "--json"});
    const Ran compact = expect_ok({"compact", file, "--json"});
    EXPECT_THAT(compact.out, StartsWith("{\"bytes_before\":"));
}

TEST_F(BackupCommandTest, CompactsWithoutLoss) {
    for (unsigned seed = 1; seed <= 6; ++seed) change(seed);
    const std::string before = exported(file);
    const std::string log = expect_ok({"log", file}).out;
    const std::uint64_t bytes = std::filesystem::file_size(file);
    ::chmod(file.c_str(), 0600);
    expect_ok({"compact", file});
    EXPECT_LT(std::filesystem::file_size(file), bytes);
    struct stat status {};
    ::stat(file.c_str(), &status);
    EXPECT_EQ(status.st_mode & 07777, 0600U);
    EXPECT_EQ(exported(file), before);
    EXPECT_EQ(expect_ok({"log", file}).out, log);
    for (const Fault& fault : open().verify().faults) ADD_FAILURE() << fault.what;
}

}  // namespace
}  // namespace vitrine::test
