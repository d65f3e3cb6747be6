#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <vitrine/vitrine.hpp>

namespace vitrine::sim {

inline constexpr std::size_t kKeys = 24;
enum Family : std::uint8_t { numbers, texts, slots };  // the three trees of the simulation
inline constexpr std::size_t kFamilies = 3;

/// Everything that clients see of a store, as of one version.
using State = std::array<std::array<std::optional<std::int64_t>, kKeys>, kFamilies>;
std::string to_text(const State& state);

/// One step of a transaction, with what it saw.
struct Op {
    enum Kind : std::uint8_t {
        read,      ///< a key's value, or that there is none
        presence,  ///< whether a key is there: value is 1 or nothing
        range,     ///< all keys of [key, end): `entries`
        size,      ///< the count: value
        write,     ///< a value, or nothing: erased
        add,       ///< value is the difference
        clear,
        savepoint,
        rollback,  ///< to the savepoint at the index `key` of the transaction
    };
    Kind kind;
    Family family = numbers;
    std::size_t key = 0;
    std::size_t end = 0;
    std::optional<std::int64_t> value{};
    std::vector<std::pair<std::size_t, std::int64_t>> entries{};
};

struct Committed {
    std::string who;
    Version base;
    /// Base's when it wrote nothing; that in which it found what it wants, when that changes nothing.
    Version version;
    Isolation isolation = Isolation::serializable;
    std::vector<Op> ops;
    std::optional<Version> undoes{};  ///< then there are no ops
};

struct Seen {
    std::string who;
    Version version;
    State state;
};

/// What a run's clients did and saw, judged afterwards: the commits, done again one after the other in
/// the order of their versions, must explain every read. That is serializability, strictly, as the
/// numbers are given in real time; for snapshot isolation, reads belong to the base and no write
/// may be lost. A version that no client made (a collection's) changes nothing that clients see.
class Oracle {
  public:
    void start(State state, Version version) {
        first_ = version;
        states_.assign(1, state);
    }
    void committed(Committed one) { commits_.push_back(std::move(one)); }
    void seen(Seen one) { seen_.push_back(std::move(one)); }

    /// Everything that is wrong, in sentences. To be called once, at the end.
    std::vector<std::string> judge(Version newest);
    /// Requires: judge(). The state as of a version that there was.
    [[nodiscard]] const State& at(Version version) const;
    [[nodiscard]] Version newest() const { return Version{first_.value() + states_.size() - 1}; }

  private:
    void replay(const std::vector<const Committed*>& together);
    [[nodiscard]] State result_of(const Committed& one, const State& before) const;
    void check(const Committed& one);
    void check_undo(const Committed& one);
    void check_reads(const Committed& one, State view);
    void check_lost_updates(const Committed& one, const std::vector<Op>& writes,
                            const State& result);
    void wrong(const Committed& one, const std::string& what);

    Version first_{};
    std::vector<State> states_;
    std::vector<Committed> commits_;
    std::vector<Seen> seen_;
    std::vector<std::string> findings_;
};

}  // namespace vitrine::sim
