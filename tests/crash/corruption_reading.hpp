#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/crash/corruption_damage.hpp"
#include "tests/crash/corruption_shapes.hpp"

/// One trial: a damaged copy is opened and read, and compared with what the sound store shows.
namespace vitrine::corruption {

/// What came of a trial; written by the child into memory that it shares with its parent, which
/// sees how far a child came that died.
struct Result {
    enum Outcome : int {
        untried,
        started,
        unaffected,
        refused,
        failed,
        reported,
        wrong,
        odd,
        older
    };
    Outcome outcome = untried;
    char note[300] = "";
};

/// What is asked for and refused is content too, but for damage and what the system cannot do.
inline void read_item(const std::function<void(std::string&)>& read, std::string& out) {
    try {
        read(out);
    } catch (const CorruptionError&) {
        throw;
    } catch (const StorageError&) {
        throw;
    } catch (const std::exception& error) {
        out = std::string("throws ") + error.what();
    }
}

/// Reads a damaged copy and compares.
/// Whether the newer meta page got the number that it had before its last commit. That is what LMDB itself
/// leaves there when a commit's last write failed: the commit does not count, and nothing tells that
/// it ever did.
inline bool takes_back_a_commit(const std::string& sound, const std::string& damaged) {
    constexpr std::size_t kNumberAt = 16 + 128;
    const auto number = [](const std::string& file, std::size_t page) {
        std::uint64_t value = 0;
        if (file.size() >= page * kPage + kNumberAt + sizeof value)
            std::memcpy(&value, file.data() + page * kPage + kNumberAt, sizeof value);
        return value;
    };
    const std::size_t newer = number(sound, 0) < number(sound, 1) ? 1 : 0;
    return number(damaged, newer) + 2 == number(sound, newer);
}

class Reading {
  public:
    Reading(const Sample& sample, Damage damage, bool taken_back, Result& result)
        : catalogue_(&sample.where), result_(result) {
        candidates_.push_back({&sample.content, true});
        // A meta page that a lost write left as it was is what a crash before that write leaves: the
        // state before the last commit, whole. Two old meta pages make it the older file, as long
        // as nothing of that was written over. Nothing in the file could tell.
        if (damage == Damage::meta_stale || damage == Damage::metas_stale || taken_back)
            candidates_.push_back({&sample.previous_content, true});
        if (damage == Damage::metas_stale) candidates_.push_back({&sample.older_content, true});
    }

    void run(const std::filesystem::path& file, bool check_structure) {
        StoreOptions options;
        options.create_if_missing = false;
        options.check_structure = check_structure;
        std::optional<Store> store;
        guard([&] { store.emplace(Store::open(file, options)); });
        if (!store) return finish(Result::refused);
        read_content(*store, *catalogue_,
                     [&](const std::string& name, const auto& read) { take(name, read); });
        guard([&] {
            const VerifyReport report = store->verify();
            if (!report.ok()) reported_ = true;
        });
        finish(failures_ != 0 ? Result::failed : reported_ ? Result::reported : Result::unaffected);
    }

  private:
    /// A state of the store, and whether all that was seen so far is of it.
    struct Candidate {
        const Content* content;
        bool fits;
    };

    template <class Work>
    void guard(Work work) {
        try {
            work();
        } catch (const CorruptionError&) {
            ++failures_;
        } catch (const StorageError&) {
            ++failures_;
        }
    }
    void take(const std::string& name, const std::function<void(std::string&)>& read) {
        const std::uint64_t failures = failures_;
        std::string seen;
        guard([&] { read_item(read, seen); });
        const bool whole = failures == failures_;
        for (Candidate& one : candidates_) compare(one, name, seen, whole);
    }
    void compare(Candidate& one, const std::string& name, const std::string& seen, bool whole) {
        const auto found = one.content->find(name);
        const std::string right =
            found == one.content->end() ? "nothing of that name" : found->second;
        if (whole ? seen == right : right.starts_with(seen)) return;
        if (one.fits && &one == &candidates_.front()) {
            const auto at = std::mismatch(seen.begin(), seen.end(), right.begin(), right.end());
            const auto from = static_cast<std::size_t>(at.first - seen.begin());
            const std::size_t begin = from < 20 ? 0 : from - 20;
            wrong_ = name + ": \"" + seen.substr(begin, 60) + "\", not \"" +
                     right.substr(begin, 60) + "\"";
        }
        one.fits = false;
    }
    void note(Result::Outcome outcome, const std::string& what) {
        result_.outcome = outcome;
        std::snprintf(result_.note, sizeof result_.note, "%s", what.c_str());
    }
    void finish(Result::Outcome outcome) {
        if (candidates_.front().fits) return note(outcome, "");
        for (const Candidate& one : candidates_)
            if (one.fits) return note(Result::older, "");
        note(Result::wrong, wrong_);
    }

    const Catalogue* catalogue_;
    std::vector<Candidate> candidates_;
    Result& result_;
    std::uint64_t failures_ = 0;
    bool reported_ = false;
    std::string wrong_;
};

}  // namespace vitrine::corruption
