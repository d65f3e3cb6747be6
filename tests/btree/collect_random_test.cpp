#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include <vitrine/error.hpp>

#include "tests/btree/graph.hpp"

// References are moved around, unlinked and linked anew while collections run.
// VITRINE_COLLECT_STEPS=1000000 runs that many operations instead of a gate's worth.

namespace vitrine::btree {
namespace {

using namespace test;

std::uint64_t steps(std::uint64_t gate) {
    const char* const asked = std::getenv("VITRINE_COLLECT_STEPS");
    return asked == nullptr ? gate : std::strtoull(asked, nullptr, 10);
}

/// A model of the whole store: who refers to whom, by committed transactions.
class Model {
  public:
    std::map<std::uint64_t, Links> knots;
    std::map<std::uint64_t, std::map<std::uint64_t, std::uint64_t>> trees;  // tree -> key -> knot
    std::map<std::string, std::uint64_t> roots;

    [[nodiscard]] std::set<std::uint64_t> reachable() const {
        std::set<std::uint64_t> seen;
        std::vector<std::uint64_t> left;
        const auto meet = [&](std::uint64_t id) {
            if ((knots.contains(id) || trees.contains(id)) && seen.insert(id).second)
                left.push_back(id);
        };
        for (const auto& [name, id] : roots) meet(id);
        while (!left.empty()) {
            const std::uint64_t id = left.back();
            left.pop_back();
            if (const auto tree = trees.find(id); tree != trees.end()) {
                for (const auto& [key, target] : tree->second) meet(target);
                continue;
            }
            const Links& links = knots.at(id);
            meet(links.next.value);
            meet(links.tree.value);
            for (const ObjectId other : links.others) meet(other.value);
        }
        return seen;
    }
};

class Gardener {
  public:
    explicit Gardener(std::uint64_t seed) : random_(seed) {
        for (int i = 0; i < 3; ++i) make_root();
    }

    /// One committed transaction, on the store and in the model.
    void step() {
        switch (below(12)) {
            case 0: return make_root();
            case 1:
                if (model_.roots.size() > 2) return drop_root();
                return;
            case 2:
            case 3: return add_below();
            case 4: return add_tree();
            case 5:
            case 6: return move();
            case 7: return move_in_tree();
            case 8: return unlink();
            case 9: return save();
            case 10: return erase_one();
            default: return make_loose();
        }
    }

    /// While it runs, operations go on at every piece of its work.
    GcReport collect(bool with_work) {
        const std::set<std::uint64_t> before = graph_.alive();
        CollectOptions options;
        options.stack_bound = 1 + below(8);
        options.work_per_commit = 1 + below(20);
        options.tell_every = 1;
        const GcReport report = graph_.collect(
            [&](std::uint64_t, std::uint64_t) {
                if (with_work && below(4) == 0) step();
                return true;
            },
            options);
        check();
        return report;
    }

    /// Whatever the model can reach is there, and as it should be.
    void check() {
        forget_collected();
        const Snapshot now = graph_->snapshot();
        for (const std::uint64_t id : model_.reachable()) {
            const auto found = now.find(ObjectId{id});
            ASSERT_TRUE(found) << "object #" << id << " is lost";
            if (found->type() == kTreeHeaderType) {
                Content expected;
                for (const auto& [key, target] : model_.trees.at(id))
                    expected.emplace(number(key), word(target));
                ASSERT_EQ(content(*open_tree(now, ObjectId{id}, kKnots)), expected);
            } else {
                const Links links = read_links(mvcc::read_struct(found->payload()).as<Knot>());
                ASSERT_EQ(links.next, model_.knots.at(id).next);
                ASSERT_EQ(links.tree, model_.knots.at(id).tree);
                ASSERT_EQ(links.others, model_.knots.at(id).others);
            }
        }
    }

    void expect_only_reachable() {
        EXPECT_EQ(graph_.alive(), model_.reachable());
        const VerifyReport report = graph_.verify();
        for (const Fault& fault : report.faults) ADD_FAILURE() << fault.what;
        EXPECT_EQ(report.unreachable_objects, 0U);
    }
    [[nodiscard]] std::uint64_t operations() const { return operations_; }
    [[nodiscard]] std::uint64_t saved() const { return saved_; }

  private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    Transaction begin() {
        return graph_.begin(below(3) == 0 ? Isolation::snapshot : Isolation::serializable);
    }
    void commit(Transaction& transaction) {
        transaction.commit();
        ++operations_;
    }
    /// Any knot that a root leads to.
    std::optional<ObjectId> some_knot() {
        std::vector<std::uint64_t> all;
        for (const std::uint64_t id : model_.reachable())
            if (model_.knots.contains(id)) all.push_back(id);
        if (all.empty()) return std::nullopt;
        return ObjectId{all[below(all.size())]};
    }
    std::optional<ObjectId> some_tree() {
        std::vector<std::uint64_t> all;
        for (const std::uint64_t id : model_.reachable())
            if (model_.trees.contains(id)) all.push_back(id);
        if (all.empty()) return std::nullopt;
        return ObjectId{all[below(all.size())]};
    }
    /// What a collection took is no longer in the model; nothing of it may be reachable.
    void forget_collected() {
        const auto alive = graph_.alive();
        const auto reachable = model_.reachable();
        const auto gone = [&](const auto& entry) {
            return !alive.contains(entry.first) && !reachable.contains(entry.first);
        };
        std::erase_if(model_.knots, gone);
        std::erase_if(model_.trees, gone);
    }

    void make_root() {
        Transaction transaction = begin();
        const ObjectId id = Graph::make(transaction);
        const std::string name = "root " + std::to_string(below(6));
        set_root(transaction, name, id);
        commit(transaction);
        model_.knots[id.value] = {};
        model_.roots[name] = id.value;
    }
    void drop_root() {
        auto root = model_.roots.begin();
        std::advance(root, static_cast<long>(below(model_.roots.size())));
        graph_.unname(root->first);
        model_.roots.erase(root);
        ++operations_;
    }
    void change(Transaction& transaction, ObjectId id, const Links& links) {
        Graph::link(transaction, id, links);
        commit(transaction);
        model_.knots[id.value] = links;
    }
    void add_below() {
        const auto parent = some_knot();
        if (!parent) return;
        Transaction transaction = begin();
        Links links = model_.knots[parent->value];
        const ObjectId fresh = Graph::make(transaction, {.next = links.next});
        model_.knots[fresh.value] = {.next = links.next};
        if (below(2) == 0)
            links.next = fresh;
        else
            links.others.push_back(fresh);
        change(transaction, *parent, links);
    }
    void add_tree() {
        const auto parent = some_knot();
        if (!parent || model_.knots[parent->value].tree) return;
        Transaction transaction = begin();
        const ObjectId tree = create_tree(transaction, kKnots);
        const auto writer = edit_tree(transaction, tree, kKnots);
        auto& entries = model_.trees[tree.value];
        for (std::uint64_t key = 0; key < below(30); ++key) {
            const ObjectId fresh = Graph::make(transaction);
            model_.knots[fresh.value] = {};
            writer->put(bytes(number(key)), bytes(word(fresh.value)));
            entries[key] = fresh.value;
        }
        Links links = model_.knots[parent->value];
        links.tree = tree;
        change(transaction, *parent, links);
    }
    /// All that one knot refers to goes over to another, in one transaction or in two.
    void move() {
        const auto from = some_knot(), to = some_knot();
        if (!from || !to || *from == *to) return;
        Transaction transaction = begin();
        const auto links = Graph::links(transaction, *from);
        ASSERT_TRUE(links);
        Links onto = model_.knots[to->value];
        onto.others.insert(onto.others.end(), links->others.begin(), links->others.end());
        if (onto.others.size() > 40) onto.others.resize(40);
        if (links->next) onto.next = links->next;
        if (links->tree) onto.tree = links->tree;
        Graph::link(transaction, *from, {});
        model_.knots[from->value] = {};
        change(transaction, *to, onto);
    }
    /// From an entry of a tree into a knot, or the other way.
    void move_in_tree() {
        const auto tree = some_tree();
        const auto knot = some_knot();
        if (!tree || !knot) return;
        auto& entries = model_.trees[tree->value];
        Transaction transaction = begin();
        const auto writer = edit_tree(transaction, *tree, kKnots);
        Links links = model_.knots[knot->value];
        if (!entries.empty() && below(2) == 0) {
            auto entry = entries.begin();
            std::advance(entry, static_cast<long>(below(entries.size())));
            links.next = ObjectId{entry->second};
            writer->erase(bytes(number(entry->first)));
            entries.erase(entry);
        } else if (links.next) {
            const std::uint64_t key = below(60);
            writer->put(bytes(number(key)), bytes(word(links.next.value)));
            entries[key] = links.next.value;
            links.next = {};
        }
        change(transaction, *knot, links);
    }
    void unlink() {
        const auto knot = some_knot();
        if (!knot) return;
        lost_.push_back(*knot);
        if (lost_.size() > 50) lost_.erase(lost_.begin());
        Transaction transaction = begin();
        Links links = model_.knots[knot->value];
        switch (below(3)) {
            case 0: links.next = {}; break;
            case 1: links.others.clear(); break;
            default: links.tree = {}; break;
        }
        change(transaction, *knot, links);
    }
    /// A reference that the program remembers: what a transaction finds there, it may link again.
    void save() {
        const auto knot = some_knot();
        if (!knot || lost_.empty()) return;
        const ObjectId wanted = lost_[below(lost_.size())];
        Transaction transaction = begin();
        if (!Graph::links(transaction, wanted)) return;
        ASSERT_TRUE(model_.knots.contains(wanted.value));
        Links links = model_.knots[knot->value];
        links.others.push_back(wanted);
        if (links.others.size() > 40) links.others.erase(links.others.begin());
        change(transaction, *knot, links);
        ++saved_;
    }
    void erase_one() {
        const auto knot = some_knot();
        if (!knot || below(4) != 0) return;
        for (const auto& [name, id] : model_.roots)
            if (id == knot->value) return;
        Transaction transaction = begin();
        erase(transaction, *knot);
        commit(transaction);
        model_.knots.erase(knot->value);
    }
    void make_loose() {
        Transaction transaction = begin();
        const ObjectId id = Graph::make(transaction);
        commit(transaction);
        model_.knots[id.value] = {};
        lost_.push_back(id);
    }

    std::mt19937_64 random_;
    const NodeSizes sizes_{4};
    const Graph graph_;
    Model model_;
    std::vector<ObjectId> lost_;
    std::uint64_t operations_ = 0;
    std::uint64_t saved_ = 0;
};

class CollectRandomTest : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, CollectRandomTest, testing::Range<std::uint64_t>(1, 9));

TEST_P(CollectRandomTest, NothingReachableIsLostAndAllElseGoesWithTheSecondPass) {
    Gardener gardener(GetParam());
    const std::uint64_t wanted = steps(1500);
    while (gardener.operations() < wanted && !HasFatalFailure() && !HasNonfatalFailure()) {
        for (int i = 0; i < 40; ++i) gardener.step();
        for (int i = 0; i < 3; ++i) gardener.collect(true);
        gardener.collect(false);
        gardener.collect(false);
        gardener.expect_only_reachable();
    }
    EXPECT_GT(gardener.saved(), 0U);
}

TEST(CollectThreadsTest, TokensThatThreadsPassAroundAreNeverLost) {
    constexpr std::uint64_t kSlots = 12, kTokens = 30;
    constexpr int kMovers = 3;
    StoreOptions options;
    options.cache_bytes = 1 << 16;
    const NodeSizes sizes(4);
    const Graph graph(options);
    // Half of the slots are knots with lists, half are trees; each holds tokens, a knot with one more.
    std::vector<ObjectId> slots;
    std::set<std::uint64_t> tokens;
    {
        Transaction transaction = graph.begin();
        for (std::uint64_t i = 0; i < kSlots; ++i) {
            const ObjectId slot =
                i % 2 == 0 ? Graph::make(transaction) : create_tree(transaction, kKnots);
            set_root(transaction, "slot " + std::to_string(i), slot);
            slots.push_back(slot);
        }
        std::vector<ObjectId> first;
        for (std::uint64_t i = 0; i < kTokens; ++i) {
            const ObjectId token = Graph::make(transaction, {.next = Graph::make(transaction)});
            tokens.insert(token.value);
            first.push_back(token);
        }
        Graph::link(transaction, slots[0], {.others = first});
        transaction.commit();
    }
    const auto take = [&](Transaction& transaction, std::uint64_t slot,
                          std::mt19937_64& random) -> ObjectId {
        if (slot % 2 == 0) {
            Links links = *Graph::links(transaction, slots[slot]);
            if (links.others.empty()) return {};
            std::swap(links.others[random() % links.others.size()], links.others.back());
            const ObjectId token = links.others.back();
            links.others.pop_back();
            Graph::link(transaction, slots[slot], links);
            return token;
        }
        const auto tree = edit_tree(transaction, slots[slot], kKnots);
        const auto first = tree->nearest({});
        if (!first->valid()) return {};
        ObjectId token;
        std::memcpy(&token.value, first->value().data(), sizeof token.value);
        tree->erase(first->key_copy());
        return token;
    };
    const auto put = [&](Transaction& transaction, std::uint64_t slot, ObjectId token) {
        if (slot % 2 == 0) {
            Links links = *Graph::links(transaction, slots[slot]);
            links.others.push_back(token);
            Graph::link(transaction, slots[slot], links);
        } else {
            edit_tree(transaction, slots[slot], kKnots)
                ->put(bytes(number(token.value)), bytes(word(token.value)));
        }
    };
    std::atomic<std::uint64_t> moves{0}, collections{0}, collected{0};
    const std::uint64_t wanted = steps(3000);
    std::vector<std::thread> threads;
    for (int mover = 0; mover < kMovers; ++mover)
        threads.emplace_back([&, mover] {
            std::mt19937_64 random(static_cast<std::uint64_t>(mover));
            // The collector keeps up: what this is about must happen.
            while (moves < wanted || collections < 5) {
                try {
                    Transaction transaction = graph.begin();
                    const std::uint64_t from = random() % kSlots, to = random() % kSlots;
                    const ObjectId token = take(transaction, from, random);
                    if (token) put(transaction, to, token);
                    static_cast<void>(Graph::make(transaction));  // garbage, to have some
                    transaction.commit();
                    ++moves;
                } catch (const ConflictError&) {
                }
            }
            ++moves;
        });
    std::thread collector([&] {
        CollectOptions small;
        small.stack_bound = 4;
        small.work_per_commit = 16;
        while (moves < wanted || collections < 5) {
            collected += graph.collect({}, small).objects_erased;
            ++collections;
        }
    });
    for (std::thread& thread : threads) thread.join();
    collector.join();
    graph.collect();
    std::set<std::uint64_t> expected;
    std::size_t held = 0;
    const Snapshot now = graph->snapshot();
    const auto meet = [&](std::uint64_t token) {
        ++held;
        EXPECT_TRUE(tokens.contains(token));
        const auto knot = now.find(ObjectId{token});
        ASSERT_TRUE(knot) << "token #" << token << " is lost";
        expected.insert(token);
        expected.insert(read_links(mvcc::read_struct(knot->payload()).as<Knot>()).next.value);
    };
    for (std::uint64_t i = 0; i < kSlots; ++i) {
        expected.insert(slots[i].value);
        if (i % 2 == 0) {
            const auto knot = now.find(slots[i]);
            for (const ObjectId token :
                 read_links(mvcc::read_struct(knot->payload()).as<Knot>()).others)
                meet(token.value);
        } else {
            for (const auto& [key, value] : content(*open_tree(now, slots[i], kKnots))) {
                std::uint64_t token = 0;
                std::memcpy(&token, value.data(), sizeof token);
                meet(token);
            }
        }
    }
    EXPECT_EQ(held, kTokens);
    graph->flush();
    EXPECT_EQ(graph.alive(), expected);
    EXPECT_GT(collected, 0U);
    const VerifyReport report = graph.verify();
    for (const Fault& fault : report.faults) ADD_FAILURE() << fault.what;
    EXPECT_TRUE(report.dangling_references.empty());
}

}  // namespace
}  // namespace vitrine::btree
