#include "tests/support/model.hpp"

#include <list>
#include <random>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "mvcc/past.hpp"
#include "tests/mvcc/fixture.hpp"

namespace vitrine::mvcc::test {
namespace {

using vitrine::test::Model;

std::uint16_t words_of(std::uint64_t value) { return static_cast<std::uint16_t>(1 + value % 5); }

/// Random transactions and snapshots, side by side in one thread, on a store and on the model.
class Twins {
  public:
    Twins(std::uint64_t seed, const StoreOptions& options)
        : random_(seed),
          deferred_(options.durability == Durability::deferred),
          options_(options),
          machine_(open(options)) {}

    void run(int steps) {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
    }

    /// Everything closed, nothing is left but what the retention keeps.
    void finish() {
        for (auto& open : transactions_) check_all(open.real.base(), open.model.base);
        transactions_.clear();
        snapshots_.clear();
        for (int i = 0; i < 3; ++i) {
            transactions_.emplace_back(machine_, model_, true);
            create_in(transactions_.back());
            commit(transactions_.begin(), false);
            machine_->write_through();
        }
        check_all(machine_->snapshot(), model_.newest());
        check_kept();
        machine_->trim_cache();
        EXPECT_EQ(machine_->open_snapshots(), 0u);
        check_disk();
    }

  private:
    struct Open {
        Open(const Machine& machine, const Model& twin, bool serializable)
            : real(*machine, machine->snapshot(), options(serializable)),
              model(twin.begin(serializable)) {
            EXPECT_EQ(real.base().version().value(), model.base);
        }
        static TransactionOptions options(bool serializable) {
            TransactionOptions result;
            result.isolation = serializable ? Isolation::serializable : Isolation::snapshot;
            return result;
        }
        Transaction real;
        Model::Transaction model;
        std::set<Model::Id> made;
        struct Mark {
            std::size_t number;
            Model::Transaction model;
            std::set<Model::Id> made;
        };
        std::vector<Mark> marks;
    };

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    ObjectId some_id(const Open& open) {
        const auto& all =
            below(4) == 0 || open.model.view.empty() ? model_.at(model_.newest()) : open.model.view;
        if (all.empty()) return ObjectId{core::kFirstFreeId + below(3)};
        auto found = all.begin();
        std::advance(found, static_cast<long>(below(all.size())));
        return ObjectId{found->first};
    }

    void step() {
        switch (below(20)) {
            case 0:
            case 1:
                if (transactions_.size() < 5)
                    transactions_.emplace_back(machine_, model_, below(3) != 0);
                return;
            case 2:
                if (snapshots_.size() < 4)
                    snapshots_.emplace_back(machine_->snapshot(), model_.newest());
                return;
            case 3:
                if (!snapshots_.empty())
                    snapshots_.erase(snapshots_.begin() +
                                     static_cast<long>(below(snapshots_.size())));
                return;
            case 4: machine_->trim_cache(); return;
            case 5:
            case 6:
                for (const auto& [snapshot, version] : snapshots_) check_all(snapshot, version);
                return;
            case 8: look_back(); return;
            case 7:
                if (deferred_) machine_->flush();
                check_disk();
                return;
            default: break;
        }
        if (transactions_.empty()) return;
        auto open = transactions_.begin();
        std::advance(open, static_cast<long>(below(transactions_.size())));
        switch (below(12)) {
            case 0: create_in(*open); return;
            case 1: restore_in(*open); return;
            case 2:
            case 3:
            case 4:
            case 5: set_in(*open); return;
            case 6: erase_in(*open); return;
            case 7: read_in(*open); return;
            case 8: mark_in(*open); return;
            case 9:
                if (below(3) == 0) transactions_.erase(open);
                return;
            default: commit(open, !deferred_ && below(8) == 0); return;
        }
    }

    void create_in(Open& open) {
        const std::uint64_t value = below(1000);
        const ObjectId id = create(open.real, value, words_of(value));
        open.model.create(id.value, value);
        open.made.insert(id.value);
    }
    /// An object of old comes back, or gets another value.
    void restore_in(Open& open) {
        if (model_.ever().empty()) return;
        auto found = model_.ever().begin();
        std::advance(found, static_cast<long>(below(model_.ever().size())));
        const Model::Id id = found->first;
        const std::uint64_t value = below(1000);
        const bool there = open.model.find(id).has_value();
        const bool erased_here = !there && model_.at(open.model.base).contains(id);
        open.real.restore(ObjectId{id}, kNumber, payload_of(value, words_of(value)));
        if (!there && !erased_here) open.made.insert(id);
        open.model.set(id, value);
    }
    void read_in(Open& open) {
        const ObjectId id = some_id(open);
        EXPECT_EQ(get(open.real, id), open.model.find(id.value)) << "object " << id.value;
    }
    void set_in(Open& open) {
        const ObjectId id = some_id(open);
        if (!open.model.find(id.value)) {
            EXPECT_THROW(open.real.edit(id), NotFoundError);
            return;
        }
        // Sometimes the value that is there already: no difference, no change.
        const std::uint64_t value = below(4) == 0 ? *open.model.find(id.value) : below(1000);
        set(open.real, id, value, words_of(value));
        open.model.set(id.value, value);
    }
    void erase_in(Open& open) {
        const ObjectId id = some_id(open);
        if (!open.model.find(id.value)) {
            EXPECT_THROW(open.real.erase(id), NotFoundError);
            return;
        }
        open.real.erase(id);
        open.model.erase(id.value, open.made.contains(id.value));
    }
    void mark_in(Open& open) {
        if (open.marks.empty() || below(2) == 0) {
            open.marks.push_back({open.real.savepoint(), open.model, open.made});
            return;
        }
        const std::size_t chosen = below(open.marks.size());
        open.marks.resize(chosen + 1);
        open.real.rollback_to(open.marks[chosen].number);
        open.model.roll_back(open.marks[chosen].model);
        open.made = open.marks[chosen].made;
    }

    void commit(std::list<Open>::iterator open, bool fails) {
        Model::Outcome expected = model_.decide(open->model);
        // With a log the commit goes there, or with what was in its way into the storage.
        if (fails) machine_.disk->fail_write(1, Failure::clean);
        if (fails) machine_.disk->fail_append(1, Failure::clean);
        std::string outcome = "committed";
        Version version;
        try {
            version = open->real.commit();
        } catch (const ConflictError&) {
            outcome = "conflict";
        } catch (const StorageError&) {
            outcome = "failed";
        }
        machine_.disk->fail_write(0, Failure::clean);
        machine_.disk->fail_append(0, Failure::clean);
        if (expected.conflict) {
            EXPECT_EQ(outcome, "conflict");
        } else if (expected.changed.empty()) {
            EXPECT_EQ(outcome, "committed");
            EXPECT_EQ(version.value(), open->model.base);
        } else if (fails) {
            EXPECT_EQ(outcome, "failed");
        } else {
            EXPECT_EQ(outcome, "committed");
            model_.commit(std::move(expected));
            EXPECT_EQ(version.value(), model_.newest());
        }
        EXPECT_EQ(machine_->version().value(), model_.newest());
        transactions_.erase(open);
    }

    /// A version of the past, perhaps too old, perhaps not there yet.
    void look_back() {
        const std::uint64_t asked = below(model_.newest() + 2);
        const std::uint64_t oldest = machine_->horizon().oldest().value();
        if (asked > model_.newest()) {
            EXPECT_THROW(machine_->snapshot_at(v(asked)), NotFoundError);
        } else if (asked < oldest && asked != model_.newest()) {
            EXPECT_THROW(machine_->snapshot_at(v(asked)), SnapshotTooOldError);
        } else {
            const Snapshot past = machine_->snapshot_at(v(asked));
            check_all(past, asked);
            if (snapshots_.size() < 4) snapshots_.emplace_back(past, asked);
        }
    }
    /// Rows, history and log have exactly what the retention wants.
    void check_kept() {
        const std::size_t oldest = machine_->horizon().oldest().value();
        const bool logged = machine_->horizon().keeps_log();
        std::size_t rows = 0;
        for (const auto& [id, changes] : model_.ever()) {
            const std::vector<std::size_t> needed = model_.needed(id, oldest);
            rows += needed.size();
            EXPECT_EQ(machine_.rows(ObjectId{id}), needed.size()) << "object " << id;
            const auto history = mvcc::history(*machine_, ObjectId{id});
            ASSERT_EQ(history.size(), needed.size()) << "object " << id;
            for (std::size_t i = 0; i < needed.size(); ++i) {
                const vitrine::ObjectVersion& info = history[history.size() - 1 - i].info;
                EXPECT_EQ(info.version.value(), needed[i]);
                EXPECT_EQ(info.erased, !model_.at(needed[i]).contains(id));
            }
        }
        EXPECT_EQ(machine_.rows(), rows);
        for (const Version witness : machine_.disk->witnesses()) EXPECT_GE(witness.value(), oldest);
        const auto log = mvcc::commits(*machine_, {}, ~std::size_t{0});
        const std::size_t first = std::max<std::size_t>(oldest, 1);
        ASSERT_EQ(log.size(), logged ? model_.newest() + 1 - first : 0);
        for (std::size_t i = 0; i < log.size(); ++i) {
            EXPECT_EQ(log[i].version.value(), first + i);
            std::vector<AnyRef> changed;
            for (const auto& [id, changes] : model_.ever())
                if (std::binary_search(changes.begin(), changes.end(), first + i))
                    changed.push_back(AnyRef{id});
            EXPECT_EQ(log[i].changed, changed);
            EXPECT_EQ(machine_->snapshot_at(log[i].time).version(), log[i].version);
        }
        EXPECT_EQ(machine_.disk->commits({}, ~std::size_t{0}).size(), log.size());
    }

    void check_all(const Snapshot& snapshot, std::size_t version) {
        ASSERT_EQ(snapshot.version().value(), version);
        const Model::State& state = model_.at(version);
        for (const auto& [id, last] : model_.ever()) {
            const auto expected = state.find(id);
            const auto found = get(snapshot, ObjectId{id});
            EXPECT_EQ(found,
                      expected == state.end() ? std::nullopt : std::optional(expected->second))
                << "object " << id << " at version " << version;
        }
    }
    /// What is stored is a prefix of the commits, at every moment.
    void check_disk() {
        StoreOptions options = options_;
        options.log_bytes.reset();
        const Machine reopened = open(options, machine_.disk->copy());
        EXPECT_EQ(reopened->version(), machine_->durable_version());
        check_all(reopened->snapshot(), reopened->version().value());
    }

    std::mt19937_64 random_;
    const bool deferred_;
    const StoreOptions options_;
    Model model_;
    Machine machine_;
    std::list<Open> transactions_;
    std::vector<std::pair<Snapshot, std::size_t>> snapshots_;
};

struct Kept {
    const char* name;
    Retention retention;
};
constexpr Kept kNone{"None", Retention::none()};
constexpr Kept kThree{"Three", Retention::commits(3)};
constexpr Kept kForty{"Forty", Retention::commits(40)};
constexpr Kept kAll{"All", Retention::forever()};

/// Small, so that commits often have to make room.
constexpr std::size_t kLog = std::size_t{16} << 10;

struct ModelTest : testing::TestWithParam<std::tuple<bool, std::size_t, Kept, std::size_t>> {};

TEST_P(ModelTest, RandomTransactionsDoWhatTheModelDoes) {
    const auto [full, cache_bytes, kept, log_bytes] = GetParam();
    StoreOptions options = with_cache(cache_bytes, full ? StoreOptions{} : deferred());
    options.retention = kept.retention;
    options.log_bytes = log_bytes;
    const std::uint64_t seeds = kept.retention == Retention::none() ? 100 : 35;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        Twins twins(seed, options);
        twins.run(400);
        if (!HasFailure()) twins.finish();
        if (HasFailure()) {
            std::printf("failed with seed %llu\n", static_cast<unsigned long long>(seed));
            return;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Everywhere, ModelTest,
                         testing::Combine(testing::Bool(),
                                          testing::Values(std::size_t{0}, std::size_t{4} << 10,
                                                          std::size_t{1} << 20),
                                          testing::Values(kNone, kThree, kForty, kAll),
                                          testing::Values(std::size_t{0}, kLog)),
                         [](const auto& instance) {
                             return std::string(std::get<0>(instance.param) ? "Full" : "Deferred") +
                                    "With" + std::to_string(std::get<1>(instance.param)) +
                                    "CacheBytesKeeping" + std::get<2>(instance.param).name +
                                    (std::get<3>(instance.param) != 0 ? "Logged" : "");
                         });

}  // namespace
}  // namespace vitrine::mvcc::test
