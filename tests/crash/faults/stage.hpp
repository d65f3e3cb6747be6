#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <vitrine/vitrine.hpp>

#include "tests/bindings/cpp/books.capnp.h"
#include "tests/bindings/cpp/notes.capnp.h"

/// Where a scenario plays: a folder, a store in it, and what is known of the store's states.
namespace vitrine::crash {

using books::Book;
using books::Shelf;
using notes::NewNote;
using notes::OldNote;

using Texts = TreeEditor<std::int64_t, std::string>;

inline Texts texts(Transaction& tx) { return tx.tree<std::int64_t, std::string>("texts"); }
inline std::string text(std::int64_t number, std::size_t length = 60) {
    return std::string(length, static_cast<char>('a' + number % 26)) + std::to_string(number);
}

/// All that scenarios write, readable. Two dumps are equal when two states are.
std::string dump(const Snapshot& snapshot);

class Stage {
  public:
    Stage(std::filesystem::path folder, StoreOptions open_with)
        : options(std::move(open_with)), folder_(std::move(folder)) {}

    [[nodiscard]] std::filesystem::path file(const std::string& name = "store") const {
        return folder_ / name;
    }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    void open() { store.emplace(Store::open(file(), options)); }

    /// Says that what was done so far was acknowledged.
    void step() {
        ++steps;
        if (on_step) on_step();
    }
    /// ... and is on the disk (under full durability: whatever was acknowledged).
    void durable_step() {
        step();
        durable_steps = steps;
    }

    StoreOptions options;
    std::optional<Store> store;
    std::optional<Snapshot> held;        ///< from before the scenario, for it to use
    std::optional<Transaction> waiting;  ///< the same
    bool removing_fails = false;         ///< so a part of a copy may be left
    std::uint64_t steps = 0;
    std::uint64_t durable_steps = 0;
    std::function<void()> on_step;

  private:
    std::filesystem::path folder_;
};

/// One thing that a program does with a store, in which calls will fail.
struct Scenario {
    std::string name;
    StoreOptions options{};
    /// Beside the common content, once; the store is open.
    std::function<void(Stage&)> prepare{};
    /// Before each try. Empty: the store is opened.
    std::function<void(Stage&)> ready{};
    /// What calls fail in. Says step() after each thing that the store acknowledged.
    std::function<void(Stage&)> act{};
    /// What else must hold then, with no store open. `acted`: act returned. Throws what is wrong.
    std::function<void(Stage&, bool acted)> after{};
    /// It makes several commits before its first step.
    bool in_parts = false;
    /// Reads page by page what may be damaged: a page that cannot be read is.
    bool looks_for_damage = false;
    /// Begins with an empty folder.
    bool bare = false;
};

/// Texts, words, books and a few commits, in the stage's open store.
void fill(Stage& stage);

std::vector<Scenario> all_scenarios();
void add_commit_scenarios(std::vector<Scenario>& all);
void add_read_scenarios(std::vector<Scenario>& all);
void add_past_scenarios(std::vector<Scenario>& all);
void add_copy_scenarios(std::vector<Scenario>& all);
void add_log_scenarios(std::vector<Scenario>& all);

}  // namespace vitrine::crash
