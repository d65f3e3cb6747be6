// Damages the commit log that a crash left, and opens the store beside it. What has to come of it is
// known block by block: with all blocks whole the newest state; when none is whole behind the first
// damaged one, the state before that; else, and whenever the log's head is damaged, an error, which
// leaves both files as they were. What is shown is right in every case.
//   corruption_log [--seed N] [--trials N] [--seconds N]      trial k has the seed N + k
#include <chrono>
#include <functional>
#include <iostream>
#include <random>

#include "core/lmdb/lmdb_storage.hpp"
#include "core/log/log_block.hpp"
#include "core/log/log_entry.hpp"
#include "tests/crash/check.hpp"
#include "tests/crash/image.hpp"
#include "tests/crash/memory_folder.hpp"

namespace {

using namespace vitrine;
using namespace vitrine::crash;
using core::log::kSectorBytes;

constexpr std::size_t kHeadBytes = 4096;
constexpr std::size_t kHeadUsed = 7 * sizeof(core::Word);
constexpr std::size_t kLogBytes = std::size_t{1} << 20;
constexpr std::size_t kLeastBlocks = 6;
constexpr int kMostTries = 50;

/// A block that is to be replayed: where its bytes are in the file, and what it leads to.
struct Block {
    std::vector<std::pair<std::size_t, std::size_t>> parts;  // [from, to): two, around the end
    std::uint64_t newest = 0;
};

struct Sample {
    std::string name;
    Image image;
    Image earlier;            ///< the same log, some commits before
    std::string other;        ///< another store's log
    std::uint64_t first = 0;  ///< the newest commit of the store's file
    std::uint64_t start = 0;  ///< of the first block: ever appended before it
    std::vector<Block> blocks;
};

void find_blocks(const std::filesystem::path& file, Sample& sample) {
    const auto storage = core::lmdb::open(file);
    const auto log = storage->open_log();
    sample.first = storage->state().newest.value();
    sample.start = storage->state().log->start;
    std::uint64_t place = sample.start;
    log->replay(place, [&](core::Words content, std::uint64_t end) {
        Block block;
        core::log::read_entry(content, "log", [&](const core::log::LoggedCommit& commit) {
            block.newest = commit.row.version.value();
        });
        const std::size_t bytes = (content.size() + core::CommitLog::kHeadWords) * 8;
        const std::size_t from = place % log->capacity();
        const std::size_t before_end = std::min(bytes, log->capacity() - from);
        block.parts.emplace_back(kHeadBytes + from, kHeadBytes + from + before_end);
        if (before_end < bytes)
            block.parts.emplace_back(kHeadBytes, kHeadBytes + bytes - before_end);
        sample.blocks.push_back(std::move(block));
        place = end;
    });
}

/// `commits`: many make the log go around.
Sample make_sample(const std::string& name, int commits, const MemoryFolder& folder) {
    Sample sample;
    sample.name = name;
    const auto file = folder.file("made-" + name);
    const auto image = folder.file("image-" + name);
    {
        Store store = Store::open(file, {.log_bytes = kLogBytes});
        set_up(store);
        for (int i = 0; i < commits; ++i) commit_next(store, 0);
        // A checkpoint may just have made the log short: then some more.
        const std::uint64_t least_start = name == "around" ? kLogBytes : 0;
        for (int tries = 0; tries < kMostTries &&
                            (sample.blocks.size() < kLeastBlocks || sample.start < least_start);
             ++tries) {
            sample.earlier = image_of(file);
            for (std::size_t i = 0; i < kLeastBlocks; ++i) commit_next(store, 0);
            sample.image = image_of(file);
            sample.image.write(image);
            sample.blocks.clear();
            find_blocks(image, sample);
        }
    }
    {
        Store store = Store::open(file, {.log_bytes = kLogBytes});
        commit_next(store, 0);
        sample.other = image_of(file).log;
    }
    return sample;
}

const char* const kDamages[] = {
    "one bit",          "several bits",       "random bytes", "zeroed sector", "zeroed sectors",
    "swapped sectors",  "stale sectors",      "stale log",    "truncated",     "cut at a sector",
    "bytes at the end", "another time's log", "no log",       "damaged head",  "the last block"};

/// Damages mostly what is used.
class Damager {
  public:
    Damager(const Sample& sample, std::uint64_t seed) : sample_(sample), random_(seed) {
        bytes = sample.image.log;
        name = kDamages[below(std::size(kDamages))];
        apply();
    }

    std::string bytes;
    std::string name;

  private:
    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    std::size_t used_byte() {
        const Block& block = sample_.blocks[below(sample_.blocks.size())];
        return byte_of(block);
    }
    std::size_t byte_of(const Block& block) {
        const auto [from, to] = block.parts[below(block.parts.size())];
        return below(4) == 0 ? from + below(std::min<std::size_t>(48, to - from))
                             : from + below(to - from);
    }
    std::size_t any_byte() { return below(8) == 0 ? below(bytes.size()) : used_byte(); }
    char* sector(std::size_t at) { return bytes.data() + at / kSectorBytes * kSectorBytes; }
    void flip(std::size_t at) { bytes[at] ^= static_cast<char>(1U << below(8)); }

    void apply() {
        if (name == "one bit") flip(any_byte());
        if (name == "several bits")
            for (std::uint64_t left = 2 + below(6); left != 0; --left) flip(any_byte());
        if (name == "random bytes") {
            const std::size_t at = any_byte();
            const std::size_t end = std::min(bytes.size(), at + 1 + below(300));
            for (std::size_t i = at; i < end; ++i) bytes[i] = static_cast<char>(random_());
        }
        if (name == "zeroed sector") std::fill_n(sector(any_byte()), kSectorBytes, '\0');
        if (name == "zeroed sectors")
            for (std::uint64_t left = 2 + below(20); left != 0; --left)
                std::fill_n(sector(any_byte()), kSectorBytes, '\0');
        if (name == "swapped sectors") {
            char* const one = sector(any_byte());
            std::swap_ranges(one, one + kSectorBytes, sector(any_byte()));
        }
        if (name == "stale sectors")
            for (std::uint64_t left = 1 + below(30); left != 0; --left) {
                const std::size_t at = any_byte() / kSectorBytes * kSectorBytes;
                std::copy_n(sample_.earlier.log.data() + at, kSectorBytes, bytes.data() + at);
            }
        if (name == "stale log") bytes = sample_.earlier.log;
        if (name == "truncated") bytes.resize(below(4) == 0 ? below(kHeadBytes) : any_byte());
        if (name == "cut at a sector") bytes.resize(any_byte() / kSectorBytes * kSectorBytes);
        if (name == "bytes at the end")
            for (std::uint64_t left = 1 + below(5000); left != 0; --left)
                bytes.push_back(static_cast<char>(random_()));
        if (name == "another time's log") bytes = sample_.other;
        if (name == "no log") bytes.clear();
        if (name == "damaged head") flip(below(kHeadUsed));
        if (name == "the last block") flip(byte_of(sample_.blocks.back()));
    }

    const Sample& sample_;
    std::mt19937_64 random_;
};

/// The newest commit that is to be found, or nothing: it is to be refused.
std::optional<std::uint64_t> expected(const Sample& sample, const std::string& bytes) {
    const std::string& sound = sample.image.log;
    const auto same = [&](std::size_t from, std::size_t to) {
        return bytes.size() >= to && bytes.compare(from, to - from, sound, from, to - from) == 0;
    };
    if (!same(0, kHeadUsed)) return std::nullopt;
    std::uint64_t newest = sample.first;
    bool ended = false;
    for (const Block& block : sample.blocks) {
        const bool whole =
            std::all_of(block.parts.begin(), block.parts.end(),
                        [&](const auto& part) { return same(part.first, part.second); });
        if (whole && ended) return std::nullopt;
        if (whole) newest = block.newest;
        ended = ended || !whole;
    }
    return newest;
}

/// In words, what came of it.
std::string try_one(const Sample& sample, const Damager& damaged, const std::filesystem::path& file,
                    std::uint64_t seed, test::Findings& findings) {
    const Image image{sample.image.store, damaged.bytes};
    std::filesystem::remove(file.string() + "-log");
    image.write(file);
    const auto newest = expected(sample, damaged.bytes);
    const std::string what =
        "seed " + std::to_string(seed) + " (" + sample.name + ", " + damaged.name + "): ";
    std::string outcome;
    test::Findings inside;
    const auto refused = [&](const Error& error) {
        findings.expect(!newest, [&] { return what + "it is refused: " + error.what(); });
        findings.expect(image_of(file) == image,
                        [&] { return what + "an opening that failed changed the files"; });
    };
    try {
        Store store = Store::open(file, {.read_only = seed % 5 == 0});
        const std::uint64_t found = store.version().value();
        outcome = found == sample.blocks.back().newest ? "all of it" : "an older state";
        findings.expect(newest.has_value(), [&] { return what + "it is not refused"; });
        findings.expect(!newest || found == *newest, [&] {
            return what + "version " + std::to_string(found) + ", not " + std::to_string(*newest);
        });
        check(store, {}, Durability::deferred, inside);
        if (seed % 5 != 0) commit_next(store, 0);
        store.close();
        check(Store::open(file), {}, Durability::deferred, inside);
    } catch (const StorageError& error) {
        outcome = "refused";
        refused(error);
    } catch (const CorruptionError& error) {
        outcome = "damaged";
        refused(error);
    }
    findings.expect(inside.count() == 0, [&] { return what + "wrong data"; });
    return outcome;
}

}  // namespace

int main(int count, char** values) {
    using Clock = std::chrono::steady_clock;
    const test::Arguments arguments(count, values);
    const std::uint64_t seconds = arguments.number("--seconds", 0);
    const auto end = Clock::now() + std::chrono::seconds(seconds);
    std::uint64_t seed = arguments.number("--seed", 1);
    const std::uint64_t trials = arguments.number("--trials", test::kSanitized ? 60 : 400);
    std::cout << "seeds from " << seed << std::endl;
    const MemoryFolder folder;
    test::Findings findings;
    std::vector<Sample> samples;
    test::guarded(findings, "making samples", [&] {
        samples.push_back(make_sample("short", 12, folder));
        samples.push_back(make_sample("around", 160, folder));
    });
    for (const Sample& sample : samples)
        findings.expect(sample.blocks.size() > 4,
                        [&] { return sample.name + ": there is little in the log"; });
    findings.expect(!samples.empty() && samples.back().start >= kLogBytes,
                    [] { return "no log went around"; });
    if (findings.count() != 0) return findings.result();
    std::map<std::string, std::map<std::string, std::uint64_t>> table;
    std::uint64_t done = 0;
    do {
        for (std::uint64_t left = trials; left != 0; --left, ++seed, ++done)
            test::guarded(findings, "seed " + std::to_string(seed), [&] {
                const Sample& sample = samples[seed % samples.size()];
                const Damager damaged(sample, seed);
                const std::string outcome =
                    try_one(sample, damaged, folder.file("damaged"), seed, findings);
                ++table[damaged.name][outcome];
            });
    } while (Clock::now() < end);
    for (const auto& [damage, outcomes] : table) {
        std::cout << damage << ':';
        for (const auto& [outcome, times] : outcomes) std::cout << ' ' << outcome << ' ' << times;
        std::cout << std::endl;
    }
    test::figure("corruptions of commit logs", done);
    return findings.result();
}
