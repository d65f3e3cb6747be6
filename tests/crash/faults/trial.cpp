#include "tests/crash/faults/trial.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <typeinfo>

namespace vitrine::crash {
namespace {

using Followers = Tree<std::int64_t, std::int64_t>;

void require(bool good, const std::string& what) {
    if (!good) throw std::logic_error(what);
}

/// Whether an exception is one that the fault may come out as.
bool documented(const std::exception& error, const FaultKind& kind, const Scenario& scenario) {
    if (kind.call == interpose::Call::read && !kind.memory && scenario.looks_for_damage &&
        dynamic_cast<const CorruptionError*>(&error) != nullptr)
        return true;
    if (dynamic_cast<const StorageError*>(&error) != nullptr) return true;
    const bool lacks_memory = kind.memory || kind.call == interpose::Call::map;
    return lacks_memory && dynamic_cast<const std::bad_alloc*>(&error) != nullptr;
}

}  // namespace

Rehearsed::Rehearsed(const Scenario& scenario, const std::filesystem::path& folder)
    : scenario_(scenario), folder_(folder) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "template");
    if (!scenario.bare) {
        Stage stage(folder_ / "template", scenario.options);
        stage.open();
        fill(stage);
        if (scenario.prepare) scenario.prepare(stage);
    }
    lay_out();
    Stage stage(trial_folder(), scenario.options);
    if (!scenario.bare) {
        stage.open();
        states_.push_back(dump(stage.store->snapshot()));
        stage.store.reset();
    } else {
        states_.emplace_back();
    }
    get_ready(stage);
    stage.on_step = [&] { states_.push_back(dump(stage.store->snapshot())); };
    scenario.act(stage);
    stage.store.reset();
}

void Rehearsed::lay_out() const {
    std::filesystem::remove_all(trial_folder());
    std::filesystem::copy(folder_ / "template", trial_folder(),
                          std::filesystem::copy_options::recursive);
}

void Rehearsed::get_ready(Stage& stage) const {
    if (scenario_.ready) {
        scenario_.ready(stage);
    } else {
        stage.open();
    }
}

std::uint64_t Rehearsed::play(const FaultKind& kind, std::uint64_t n, test::Findings& findings) {
    inside_.clear();
    followed_ = false;
    const auto wrong = [&](const std::string& what) {
        findings.add(scenario_.name + ", " + kind.name + ", call " + std::to_string(n) + ": " +
                     what);
    };
    lay_out();
    Stage stage(trial_folder(), scenario_.options);
    stage.removing_fails = !kind.memory && kind.call == interpose::Call::rename && kind.stays;
    std::uint64_t calls = 0;
    bool acted = false;
    try {
        get_ready(stage);
        arm(kind, n, trial_folder());
        try {
            scenario_.act(stage);
            acted = true;
            calls = disarm();
        } catch (const std::exception& error) {
            calls = disarm();
            if (!documented(error, kind, scenario_))
                wrong(std::string("it threw a ") + typeid(error).name() + ": " + error.what());
        }
        if (calls < n && !acted) wrong("it failed without a fault");
        look_inside(stage, kind, acted);
        look_after(stage, acted);
    } catch (const std::exception& error) {
        disarm();
        wrong(error.what());
    }
    return calls;
}

void Rehearsed::expect_state(const std::string& now, std::uint64_t from, std::uint64_t to,
                             const char* where) const {
    to = std::min<std::uint64_t>(to, states_.size() - 1);
    for (std::uint64_t i = from; i <= to; ++i)
        if (states_[i] == now) return;
    const auto any = std::find(states_.begin(), states_.end(), now);
    const std::string found =
        any == states_.end() ? "no state of it" : std::to_string(any - states_.begin());
    throw std::logic_error(std::string(where) + " shows " + found + ", acknowledged was " +
                           std::to_string(from));
}

/// The store that met the fault goes on: it shows what was acknowledged, and takes commits.
void Rehearsed::look_inside(Stage& stage, const FaultKind& kind, bool acted) {
    stage.held.reset();
    stage.waiting.reset();
    if (!stage.store) return;
    try {
        static_cast<void>(stage.store->version());
    } catch (const UsageError&) {  // closed by the scenario
        stage.store.reset();
        return;
    }
    // A commit that throws is not visible.
    const std::uint64_t more = scenario_.in_parts ? 1 : 0;
    inside_ = dump(stage.store->snapshot());
    expect_state(inside_, stage.steps, stage.steps + (acted ? 0 : more), "the open store");
    try {
        stage.store->transact(
            [](Transaction& tx) { tx.tree<std::int64_t, std::int64_t>("followers").put(1, 1); });
        const Snapshot now = stage.store->snapshot();
        require(now.tree<std::int64_t, std::int64_t>("followers").find(1) == 1,
                "the next commit is not visible");
        stage.store->flush();
        followed_ = true;
    } catch (const StorageError& error) {
        const bool may_refuse =
            kind.may_leave_doubt() || stage.options.durability == Durability::deferred;
        require(may_refuse, std::string("the store takes no more commits: ") + error.what());
    }
    require(dump(stage.store->snapshot()) == inside_, "the next commit changed something else");
    const VerifyReport report = stage.store->verify();
    // What waits for the disk for ever is told as a fault.
    require(report.ok() || !followed_,
            report.ok() ? "" : "verify, inside: " + report.faults.front().what);
    try {
        stage.store->close();
    } catch (const StorageError&) {
        require(!followed_, "the store does not close");
    }
    stage.store.reset();
}

/// Opened again, nothing that was acknowledged is lost, and the store is sound.
void Rehearsed::look_after(Stage& stage, bool acted) {
    stage.store.reset();
    if (scenario_.after) scenario_.after(stage, acted);
    stage.open();
    const std::string now = dump(stage.store->snapshot());
    const bool deferred = stage.options.durability == Durability::deferred;
    expect_state(now, stage.durable_steps,
                 deferred || scenario_.bare ? states_.size() : stage.steps + (acted ? 0 : 1),
                 "the store, opened again,");
    if (followed_) {
        require(now == inside_, "opened again, the store shows something else than before");
        const auto tree =
            stage.store->snapshot().find_tree<std::int64_t, std::int64_t>("followers");
        require(tree && tree->find(1) == 1, "the commit after the fault is lost");
    }
    const VerifyReport report = stage.store->verify();
    require(report.ok(), report.ok() ? "" : "verify: " + report.faults.front().what);
    stage.store->transact(
        [](Transaction& tx) { tx.tree<std::int64_t, std::int64_t>("followers").put(2, 2); });
    stage.store->close();
}

}  // namespace vitrine::crash
