#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bindings/cli/exit_code.hpp"
#include "tests/bindings/cli/child.hpp"
#include "tests/bindings/cli/everything.hpp"
#include "tests/bindings/cli/place.hpp"
#include "tests/bindings/cpp/accounts.capnp.h"

// vitrine verify, gc and who-refers.

namespace vitrine::test {
namespace {

using accounts::Account;
using testing::HasSubstr;
using testing::Not;

class HealthTest : public testing::Test {
  protected:
    HealthTest() {
        Store store = Store::open(file_);
        store.transact([&](Transaction& tx) {
            end_ = tx.create<Account>([](Account::Builder b) { b.setOwner("the end of the way"); });
            const auto first =
                tx.create<Account>([&](Account::Builder b) { end_.store(b.initNext()); });
            tx.tree<std::string, Ref<Account>>("accounts").put("alice", first);
            lost_ = tx.create<Account>([&](Account::Builder b) { end_.store(b.initNext()); });
        });
        store.close();
    }
    Ran run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin() + 1, file_);
        return run_command(arguments);
    }
    static std::string shown(AnyRef ref) { return "#" + std::to_string(ref.id()); }
    void damage(const std::string& text) const {
        std::ifstream in(file_, std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(in), {}};
        in.close();
        for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1))
            bytes[at] = static_cast<char>(bytes[at] ^ 1);
        std::ofstream(file_, std::ios::binary) << bytes;
    }

    const Place place_;
    const std::string file_ = place_.file("store");
    Ref<Account> end_, lost_;
};

TEST_F(HealthTest, ASoundFileIsSound) {
    const Ran ran = run({"verify"});
    EXPECT_EQ(ran.code, cli::kOk) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("sound"));
    EXPECT_THAT(ran.out, HasSubstr("1 objects and trees cannot be reached"));
    const Ran json = run({"verify", "--json"});
    EXPECT_EQ(json.code, cli::kOk);
    EXPECT_THAT(json.out, HasSubstr("\"ok\": true"));
    EXPECT_THAT(json.out, HasSubstr("\"" + shown(lost_) + "\""));
}

TEST_F(HealthTest, ADamagedObjectIsNamedWithTheWayToIt) {
    damage("the end of the way");
    const Ran ran = run({"verify"});
    EXPECT_EQ(ran.code, cli::kNo);
    EXPECT_THAT(ran.out, HasSubstr("DAMAGED"));
    EXPECT_THAT(ran.out, HasSubstr("object " + shown(end_)));
    EXPECT_THAT(ran.out, HasSubstr("at accounts[\"alice\"].next"));
    EXPECT_THAT(run({"verify", "--json"}).out,
                HasSubstr("\"path\": \"accounts[\\\"alice\\\"].next\""));
}

TEST_F(HealthTest, DanglingReferencesAreListedAndNoDamage) {
    {
        Store store = Store::open(file_);
        store.transact([&](Transaction& tx) { tx.erase(end_); });
    }
    const Ran ran = run({"verify"});
    EXPECT_EQ(ran.code, cli::kOk);
    EXPECT_THAT(ran.out, HasSubstr("references to what is not there: 2"));
    EXPECT_THAT(ran.out, HasSubstr("(accounts[\"alice\"].next) refers to " + shown(end_)));
}

TEST_F(HealthTest, PagesThatAreWrittenOverAreFoundWithoutOpeningTheStore) {
    {
        std::fstream out(file_, std::ios::binary | std::ios::in | std::ios::out);
        out.seekp(3 * 4096);
        for (int i = 0; i < 4 * 4096; ++i) out.put('\x5A');
    }
    const Ran ran = run({"verify"});
    EXPECT_EQ(ran.code, cli::kNo) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("page "));
}

TEST_F(HealthTest, WhatIsNoStoreOrNotThereIsNotVerified) {
    EXPECT_EQ(run_command({"verify", place_.file("nothing")}).code, cli::kUnusable);
    const std::string other = place_.file("other");
    std::ofstream(other) << std::string(50'000, 'x');
    EXPECT_EQ(run_command({"verify", other}).code, cli::kUnusable);
    std::ofstream(place_.file("empty")).close();
    EXPECT_EQ(run_command({"verify", place_.file("empty")}).code, cli::kUnusable);
}

TEST_F(HealthTest, GarbageIsPlannedAndThenErased) {
    const Ran plan = run({"gc", "--dry-run"});
    EXPECT_EQ(plan.code, cli::kOk) << plan.err;
    EXPECT_THAT(plan.out, HasSubstr("would erase 1 objects and 0 trees"));
    EXPECT_THAT(run({"gc", "--json", "--dry-run"}).out, HasSubstr("\"objects_erased\": 1"));
    const Ran ran = run({"gc"});
    EXPECT_EQ(ran.code, cli::kOk) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("erased 1 objects and 0 trees"));
    EXPECT_THAT(run({"gc", "--json"}).out, HasSubstr("\"objects_erased\": 0"));
    EXPECT_THAT(run({"verify"}).out, Not(HasSubstr("cannot be reached")));
}

TEST_F(HealthTest, WhoRefersIsListedWithTheWay) {
    const Ran ran = run({"who-refers", shown(end_)});
    EXPECT_EQ(ran.code, cli::kOk) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("\tnext\taccounts[\"alice\"].next\n"));
    EXPECT_THAT(ran.out, HasSubstr(shown(lost_) + "\tnext\t(no root leads there)\n"));
    EXPECT_EQ(run({"who-refers", shown(lost_)}).code, cli::kNo);
    EXPECT_EQ(run({"who-refers", "#99999"}).code, cli::kNo);
    EXPECT_EQ(run({"who-refers", "all"}).code, cli::kNo) << "no such root";
    EXPECT_THAT(run({"who-refers", "--json", shown(end_)}).out,
                HasSubstr("\"path\":\"accounts[\\\"alice\\\"].next\""));
}

TEST(HealthOfEverythingTest, AStoreWithEverythingIsSoundAndHasNoReachableGarbage) {
    const Place place;
    const std::string file = place.file("everything");
    {
        Store store = Store::open(file);
        fill_with_everything(store);
    }
    const Ran ran = run_command({"verify", file});
    EXPECT_EQ(ran.code, cli::kOk) << ran.out << ran.err;
    const std::string before = run_command({"ls", file, "tree-string"}).out;
    EXPECT_EQ(run_command({"gc", file}).code, cli::kOk);
    EXPECT_EQ(run_command({"ls", file, "tree-string"}).out, before);
    EXPECT_EQ(run_command({"verify", file}).code, cli::kOk);
}

}  // namespace
}  // namespace vitrine::test
