#include <array>
#include <map>
#include <random>

#include "tests/bindings/cpp/accounts.hpp"

namespace vitrine::test {
namespace {

struct UndoTest : AccountsTest {
    UndoTest() {
        store_.close();
        StoreOptions keeping = options();
        keeping.retention = Retention::forever();
        store_ = Store::open(folder_.file(), keeping);
    }
    /// What the conflict says, or nothing.
    std::string refusal(Version version) {
        try {
            store_.undo(version);
            return {};
        } catch (const ConflictError& error) {
            return error.what();
        }
    }
};

TEST_F(UndoTest, AnObjectGetsBackWhatItWas) {
    const auto account = make("Ann", 1);
    set_balance(account, 2);
    const Version second = store_.version();
    make("Bob");
    const UndoPlan plan = store_.plan_undo(second);
    ASSERT_TRUE(plan.ok());
    ASSERT_EQ(plan.changes.size(), 1u);
    EXPECT_EQ(plan.changes.front().object, AnyRef{account});
    EXPECT_EQ(balance(account), 2) << "a plan changes nothing";
    const Version undone = store_.undo(second);
    EXPECT_EQ(balance(account), 1);
    EXPECT_EQ(store_.commits(Version{undone.value() - 1}, 1).front().note,
              "undo of " + std::to_string(second.value()));
    store_.undo(undone);
    EXPECT_EQ(balance(account), 2);
}

TEST_F(UndoTest, AnErasedObjectComesBackUnderItsId) {
    const auto account = make("Ann", 7);
    const Version erased = store_.transact([&](Transaction& tx) { tx.erase(account); });
    make("Bob");
    make("Cid");
    store_.undo(erased);
    EXPECT_EQ(balance(account), 7);
    store_.trim_cache();
    EXPECT_EQ(balance(account), 7);
}

TEST_F(UndoTest, WhatACommitMadeGoes) {
    const auto account = make("Ann", 7);
    store_.undo(store_.version());
    EXPECT_FALSE(store_.snapshot().find(account));
}

TEST_F(UndoTest, WhatIsBackAlreadyIsLeftAlone) {
    const auto account = make("Ann", 1);
    set_balance(account, 2);
    const Version second = store_.version();
    set_balance(account, 1);
    const Version now = store_.version();
    EXPECT_TRUE(store_.plan_undo(second).changes.empty());
    EXPECT_EQ(store_.undo(second), now);
}

TEST_F(UndoTest, ConflictsAreListedWithTheirCommits) {
    const auto account = make("Ann", 1);
    fill_numbers(3);
    const Version both = store_.transact([&](Transaction& tx) {
        tx.edit(account).setBalance(2);
        numbers(tx).put(10, 11);
        numbers(tx).put(99, 1);
    });
    set_balance(account, 3);
    const Version changed_account = store_.version();
    put_number(10, 12);
    const std::string refused = refusal(both);
    EXPECT_NE(refused.find("commit " + std::to_string(both.value())), std::string::npos) << refused;
    EXPECT_NE(refused.find("#" + std::to_string(AnyRef{account}.id()) + " was changed again"),
              std::string::npos)
        << refused;
    EXPECT_NE(refused.find("(commit " + std::to_string(changed_account.value()) + ")"),
              std::string::npos)
        << refused;
    EXPECT_NE(refused.find("key 10 of tree"), std::string::npos) << refused;
    const UndoPlan plan = store_.plan_undo(both);
    EXPECT_EQ(plan.conflicts.size(), 2u);
    EXPECT_EQ(plan.changes.size(), 1u) << "key 99";
    EXPECT_EQ(balance(account), 3) << "nothing was done";
    EXPECT_TRUE(numbers().contains(99));
}

TEST_F(UndoTest, KeysOfATreeAreTakenBackOneByOne) {
    fill_numbers(1000);
    const Version changed = store_.transact([&](Transaction& tx) {
        auto tree = numbers(tx);
        tree.put(50, -1);
        tree.erase(60);
        tree.put(5, 5);
    });
    put_number(70, -7);  // another key of the same bucket
    store_.undo(changed);
    EXPECT_EQ(numbers().at(50), 50);
    EXPECT_EQ(numbers().at(60), 60);
    EXPECT_FALSE(numbers().contains(5));
    EXPECT_EQ(numbers().at(70), -7);
    EXPECT_EQ(numbers().size(), 1000u);
}

TEST_F(UndoTest, AClearedTreeIsFilledAgain) {
    fill_numbers(2000);
    const Version cleared = store_.transact([&](Transaction& tx) { numbers(tx).clear(); });
    EXPECT_TRUE(numbers().empty());
    store_.undo(cleared);
    EXPECT_EQ(numbers().size(), 2000u);
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(UndoTest, ATreeThatTheCommitMadeGoesOnlyAsItWasMade) {
    fill_numbers(5);
    const Version made = store_.version();
    put_number(7, 7);
    EXPECT_NE(refusal(made), "");
    const Version again = store_.version();
    store_.undo(again);
    store_.undo(made);
    EXPECT_FALSE((store_.snapshot().find_tree<std::int64_t, std::int64_t>("numbers")));
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(UndoTest, AnErasedTreeComesBackWithItsEntriesAndName) {
    fill_numbers(3000);
    const auto ref = numbers().ref();
    const Version erased = store_.transact([&](Transaction& tx) {
        tx.erase(ref);
        tx.erase_root("numbers");
    });
    store_.undo(erased);
    EXPECT_EQ(numbers().ref(), ref);
    EXPECT_EQ(numbers().size(), 3000u);
    EXPECT_EQ(numbers().at(290), 290);
    EXPECT_TRUE(store_.verify().ok());
}

TEST_F(UndoTest, AVersionThatIsNotKeptCannotBeUndone) {
    const auto account = make("Ann", 1);
    EXPECT_THROW(store_.undo(Version{99}), NotFoundError);
    store_.close();
    store_ = Store::open(folder_.file(), {.retention = Retention::commits(2)});
    for (int i = 0; i < 5; ++i) set_balance(account, i + 50);
    EXPECT_THROW(store_.undo(Version{1}), SnapshotTooOldError);
    EXPECT_THROW(static_cast<void>(store_.plan_undo(Version{1})), SnapshotTooOldError);
    store_.undo(store_.version());
    EXPECT_EQ(balance(account), 53);
}

TEST_F(UndoTest, AStoreThatIsReadOnlyRefuses) {
    make("Ann", 1);
    const Version made = store_.version();
    store_.close();
    store_ = Store::open(folder_.file(), {.read_only = true});
    EXPECT_TRUE(store_.plan_undo(made).ok());
    EXPECT_THROW(store_.undo(made), UsageError);
}

/// Objects, keys and root names as one map of cells, every version of it whole.
class UndoModel {
  public:
    using Cells = std::map<int, std::int64_t>;  // cell -> value; absent: erased
    std::vector<Cells> versions{{}};

    [[nodiscard]] bool can_undo(std::size_t version) const { return check(version, nullptr); }
    [[nodiscard]] Cells undone(std::size_t version) const {
        Cells now = versions.back();
        check(version, &now);
        return now;
    }

  private:
    bool check(std::size_t version, Cells* apply) const {
        const Cells& before = versions[version - 1];
        const Cells& after = versions[version];
        const Cells& now = versions.back();
        bool possible = true;
        for (int cell = 0; cell < 60; ++cell) {
            const auto value = [cell](const Cells& cells) {
                const auto found = cells.find(cell);
                return found == cells.end() ? std::nullopt : std::optional(found->second);
            };
            if (value(before) == value(after)) continue;
            if (value(now) != value(after) && value(now) != value(before)) possible = false;
            if (apply == nullptr || value(now) != value(after)) continue;
            if (value(before)) {
                (*apply)[cell] = *value(before);
            } else {
                apply->erase(cell);
            }
        }
        return possible;
    }
};

TEST_F(UndoTest, RandomCommitsAndUndosDoWhatTheModelDoes) {
    constexpr int kObjects = 20, kNames = 40;  // cells below are objects, then names, then keys
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        std::mt19937_64 random(seed);
        const auto below = [&](int bound) {
            return static_cast<int>(random() % static_cast<std::uint64_t>(bound));
        };
        std::vector<Ref<Account>> objects, named;
        const Version base = store_.transact([&](Transaction& tx) {
            for (int i = 0; i < kObjects; ++i) objects.push_back(tx.create<Account>());
            for (int i = 0; i < kNames; ++i) named.push_back(tx.create<Account>());
            auto tree = numbers(tx);
            tree.clear();
            tree.put(-1, 0);
            for (int name = kObjects; name < kNames; ++name) tx.erase_root(std::to_string(name));
        });
        UndoModel model;
        for (int cell = 0; cell < kObjects; ++cell) model.versions.back()[cell] = 10;
        const auto value_in = [&](const Snapshot& now, int cell) -> std::optional<std::int64_t> {
            if (cell < kObjects) {
                const auto found = now.find(objects[static_cast<std::size_t>(cell)]);
                return found ? std::optional((*found)->getBalance()) : std::nullopt;
            }
            if (cell < kNames) {
                const auto found = now.find_root<Account>(std::to_string(cell));
                if (!found) return std::nullopt;
                return std::find(named.begin(), named.end(), *found) - named.begin();
            }
            return numbers(now).find(cell);
        };
        for (int step = 0; step < 150; ++step) {
            if (below(3) != 0) {
                UndoModel::Cells cells = model.versions.back();
                const Version made = store_.transact([&](Transaction& tx) {
                    cells = model.versions.back();
                    for (int i = below(4); i >= 0; --i) {
                        const int cell = below(60);
                        const int value = below(40);
                        const bool erase = below(3) == 0;
                        const auto object = objects[static_cast<std::size_t>(cell % kObjects)];
                        if (cell < kObjects && !cells.contains(cell)) continue;
                        if (cell < kObjects) {
                            erase ? tx.erase(object) : tx.edit(object).setBalance(value);
                        } else if (cell < kNames) {
                            erase ? tx.erase_root(std::to_string(cell))
                                  : tx.set_root(std::to_string(cell),
                                                named[static_cast<std::size_t>(value)]);
                        } else {
                            erase ? numbers(tx).erase(cell) : numbers(tx).put(cell, value);
                        }
                        erase ? static_cast<void>(cells.erase(cell))
                              : static_cast<void>(cells[cell] = value);
                    }
                });
                if (made.value() == base.value() + model.versions.size())
                    model.versions.push_back(cells);
                else
                    ASSERT_EQ(cells, model.versions.back()) << "nothing changed";
            } else if (model.versions.size() > 1) {
                const auto which = 1 + static_cast<std::size_t>(
                                           below(static_cast<int>(model.versions.size()) - 1));
                const Version version{base.value() + which};
                const bool possible = model.can_undo(which);
                ASSERT_EQ(store_.plan_undo(version).ok(), possible) << "version " << which;
                if (!possible) {
                    ASSERT_NE(refusal(version), "");
                    continue;
                }
                const auto cells = model.undone(which);
                const Version made = store_.undo(version);
                if (cells != model.versions.back()) model.versions.push_back(cells);
                ASSERT_EQ(made.value(), base.value() + model.versions.size() - 1);
            }
            const Snapshot now = store_.snapshot();
            const auto& cells = model.versions.back();
            for (int cell = 0; cell < 60; ++cell) {
                const auto expected = cells.find(cell);
                ASSERT_EQ(value_in(now, cell),
                          expected == cells.end() ? std::nullopt : std::optional(expected->second))
                    << "cell " << cell << " after step " << step;
            }
        }
        EXPECT_TRUE(store_.verify().ok());
    }
}

}  // namespace
}  // namespace vitrine::test
