#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sim/world.hpp"

namespace vitrine::sim {

/// One transaction whose every step is written down for the oracle.
class Script {
  public:
    Script(World& world, std::string who, Isolation isolation);

    std::optional<std::int64_t> read(Family family, std::size_t key);
    void presence(Family family, std::size_t key);
    void range(Family family, std::size_t from, std::size_t end);
    void size(Family family);
    void put(Family family, std::size_t key, std::int64_t value);
    void erase(Family family, std::size_t key);
    void insert(Family family, std::size_t key, std::int64_t value);
    void remove(Family family, std::size_t key);
    /// Numbers only.
    void add(Family family, std::size_t key, std::int64_t delta);
    void clear(Family family);
    void savepoint();
    /// To the last savepoint, if there is one.
    void roll_back();

    void make_thing(std::size_t slot, std::int64_t value);
    void change_thing(std::size_t slot, std::int64_t value);
    void move_thing(std::size_t from, std::size_t to);
    /// `erased`: the objects too. Otherwise they are garbage.
    void drop_thing(std::size_t slot, bool erased);

    void commit();

  private:
    void note(Op op) { ops_.push_back(std::move(op)); }
    void note_presence(Family family, std::size_t key, bool there);

    World& world_;
    const std::string who_;
    const Isolation isolation_;
    Transaction transaction_;
    std::vector<Op> ops_;
    std::optional<Savepoint> saved_;
    std::size_t saved_at_ = 0;
};

}  // namespace vitrine::sim
