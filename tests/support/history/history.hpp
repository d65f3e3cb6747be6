#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

/// Histories: what transactions did and saw, as their threads wrote it down, and what can be said
/// about them afterwards without knowing how the store works.
namespace vitrine::test::history {

/// Names a list: an object, or a key of a tree. Programs give each tree a part of the numbers.
using Key = std::uint64_t;
/// What is appended. Never the same twice in a history, so that it names who appended it.
using Element = std::uint64_t;
using List = std::vector<Element>;

struct Op {
    enum class Kind : std::uint8_t {
        append,     // `list` came to the end of `key`'s
        put,        // `key` holds `list` (dependencies.hpp does not know it; replay.hpp does)
        erase,      // `key` is absent, which is the same as empty
        read,       // `key` held `list`
        scan,       // in [key, end) were `entries`, in this order, and nothing else
        count,      // in [key, end) were `number` keys
        savepoint,  // may be nested
        roll_back,  // to the last savepoint, which is spent; what was read stays read
    };
    Kind kind{};
    Key key = 0;
    Key end = 0;
    List list{};
    std::vector<std::pair<Key, List>> entries{};
    std::uint64_t number = 0;
};

enum class Outcome : std::uint8_t {
    committed,
    aborted,
    unknown,  // an error on the way: it may have been either
};

/// No process: it promises nothing about what came before it in its thread (a read of a snapshot
/// that was taken earlier).
inline constexpr std::uint64_t kNoProcess = ~std::uint64_t{0};

struct Transaction {
    std::uint64_t process = kNoProcess;
    Outcome outcome = Outcome::committed;
    std::vector<Op> ops{};
    /// Commit numbers, where the store tells them: of the snapshot it read, and its own. A
    /// transaction that wrote nothing has none of its own.
    std::optional<std::uint64_t> base{};
    std::optional<std::uint64_t> version{};
    /// Ticks of one clock for all: before it began, and after its outcome was known. 0: not known.
    std::uint64_t began = 0;
    std::uint64_t ended = 0;
};

/// Of each process in its order; the processes one after another or mixed.
using History = std::vector<Transaction>;

}  // namespace vitrine::test::history
