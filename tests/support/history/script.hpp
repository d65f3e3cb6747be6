#pragma once

#include <cstdint>
#include <utility>

#include "tests/support/history/history.hpp"

namespace vitrine::test::history {

/// Writes a transaction down by hand:
///
///     Script().append(1, 10).read(2, {20, 21}).numbers(3, 4)
class Script {
  public:
    explicit Script(std::uint64_t process = kNoProcess) { transaction_.process = process; }

    Script& append(Key key, Element element) {
        return op({.kind = Op::Kind::append, .key = key, .list = {element}});
    }
    Script& put(Key key, List list) {
        return op({.kind = Op::Kind::put, .key = key, .list = std::move(list)});
    }
    Script& erase(Key key) { return op({.kind = Op::Kind::erase, .key = key}); }
    Script& read(Key key, List list) {
        return op({.kind = Op::Kind::read, .key = key, .list = std::move(list)});
    }
    Script& scan(Key key, Key end, std::vector<std::pair<Key, List>> entries) {
        return op({.kind = Op::Kind::scan, .key = key, .end = end, .entries = std::move(entries)});
    }
    Script& count(Key key, Key end, std::uint64_t number) {
        return op({.kind = Op::Kind::count, .key = key, .end = end, .number = number});
    }
    Script& savepoint() { return op({.kind = Op::Kind::savepoint}); }
    Script& roll_back() { return op({.kind = Op::Kind::roll_back}); }
    Script& ends(Outcome outcome) {
        transaction_.outcome = outcome;
        return *this;
    }
    Script& numbers(std::uint64_t base, std::uint64_t version) {
        transaction_.base = base;
        transaction_.version = version;
        return *this;
    }
    Script& time(std::uint64_t began, std::uint64_t ended) {
        transaction_.began = began;
        transaction_.ended = ended;
        return *this;
    }
    operator Transaction() const { return transaction_; }  // NOLINT(google-explicit-constructor)

  private:
    Script& op(Op one) {
        transaction_.ops.push_back(std::move(one));
        return *this;
    }
    Transaction transaction_;
};

}  // namespace vitrine::test::history
