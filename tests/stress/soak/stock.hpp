#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>

#include <vitrine/vitrine.hpp>

#include "tests/stress/ledger.capnp.h"
#include "tests/support/program.hpp"

/// What the store holds during the soak, and what is done to it.
namespace vitrine::test::soak {

using ledger::Account;

/// Each number that is in stock has an object, found by the tree "items", and a note in the tree
/// "notes", which say which number they are of. About half of the numbers are in stock at a time.
class Stock {
  public:
    static constexpr std::uint64_t kNumbers = kSanitized ? 4000 : 32000;
    static constexpr std::size_t kLongestNote = 900;

    static std::string owner_of(std::uint64_t number) { return "owner " + std::to_string(number); }
    static std::string note_key(std::uint64_t number) { return "note-" + std::to_string(number); }
    static std::string note_of(std::uint64_t number, std::uint64_t random) {
        std::string note = note_key(number) + ":";
        note.resize(note.size() + random % kLongestNote, static_cast<char>('a' + random % 26));
        return note;
    }

    static void fill(Store& store) {
        for (std::uint64_t begin = 0; begin < kNumbers; begin += 1000)
            store.transact([&](Transaction& tx) {
                for (std::uint64_t n = begin; n < std::min(kNumbers, begin + 1000); n += 2)
                    put(tx, n, n * 7919);
            });
    }

    /// A transaction of a writer: what is there is changed or goes, what is not comes.
    static void change(Transaction& tx, std::mt19937_64 random) {
        for (std::uint64_t i = 1 + random() % 6; i > 0; --i) {
            const std::uint64_t number = random() % kNumbers;
            auto items = tx.tree<std::uint64_t, Ref<Account>>("items");
            const auto item = items.find(number);
            if (!item) {
                put(tx, number, random());
            } else if (random() % 4 == 0) {
                take(tx, number, *item, random() % 2 == 0);
            } else {
                auto account = tx.edit(*item);
                account.setBalance(account.getBalance() + 1);
                tx.tree<std::string, std::string>("notes").put(note_key(number),
                                                               note_of(number, random()));
            }
        }
    }

    /// Adds up all that a snapshot shows, and says what does not belong together.
    static std::uint64_t sum(const Snapshot& snapshot, Findings& findings) {
        std::uint64_t sum = 0;
        std::size_t seen = 0;
        const auto notes = snapshot.tree<std::string, std::string>("notes");
        const auto items = snapshot.tree<std::uint64_t, Ref<Account>>("items");
        for (auto [key, note] : notes) {
            findings.expect(note.starts_with(std::string(key) + ":"),
                            [&, wrong = std::string(key)] { return "note of " + wrong; });
            sum += std::hash<std::string_view>{}(note);
            ++seen;
        }
        findings.expect(seen == notes.size() && seen == items.size(), [&] {
            return std::to_string(seen) + " notes of " + std::to_string(notes.size()) + " and " +
                   std::to_string(items.size()) + " items";
        });
        return sum + check(snapshot, 0, kNumbers, findings);
    }
    /// A part of it: the balances in a range, each of the right owner. Through handles, not a view:
    /// nothing that anybody evicts could be freed while that is open.
    static std::uint64_t check(const Snapshot& snapshot, std::uint64_t low, std::uint64_t high,
                               Findings& findings) {
        std::uint64_t sum = 0;
        const auto items = snapshot.tree<std::uint64_t, Ref<Account>>("items");
        for (auto [number, ref] : items.range(low, high)) {
            const auto account = snapshot.get(ref);
            findings.expect(std::string_view(account->getOwner().cStr()) == owner_of(number),
                            [n = number] { return "item " + std::to_string(n); });
            sum += static_cast<std::uint64_t>(account->getBalance());
        }
        return sum;
    }

  private:
    static void put(Transaction& tx, std::uint64_t number, std::uint64_t random) {
        const auto account =
            tx.create<Account>([&](Account::Builder fresh) { fresh.setOwner(owner_of(number)); });
        tx.tree<std::uint64_t, Ref<Account>>("items").put(number, account);
        tx.tree<std::string, std::string>("notes").put(note_key(number), note_of(number, random));
    }
    // What is only let go is garbage: a collection has to find it.
    static void take(Transaction& tx, std::uint64_t number, Ref<Account> item, bool let_go) {
        tx.tree<std::uint64_t, Ref<Account>>("items").erase(number);
        tx.tree<std::string, std::string>("notes").erase(note_key(number));
        if (!let_go) tx.erase(item);
    }
};

}  // namespace vitrine::test::soak
