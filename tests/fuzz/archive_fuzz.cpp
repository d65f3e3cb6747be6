#include <filesystem>

#include <vitrine/error.hpp>

#include "core/archive/restore.hpp"
#include "core/archive/write_archive.hpp"
#include "core/commit_row.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "core/memory/memory_storage.hpp"
#include "core/record.hpp"
#include "tests/core/archive/past.hpp"
#include "tests/fuzz/quick_folder.hpp"
#include "tests/fuzz/target.hpp"

// Backup archives: verifying and restoring. So that mutations get past the sums, which cover every
// bit, they can be put right again: by a first byte that says how far.

namespace {

using namespace vitrine;
using namespace vitrine::core;
using core::testing::Past;
using core::testing::read_bytes;
using fuzz::require;

enum Seal : unsigned { kChain = 1, kRows = 2 };

/// The sums of the rows and log entries in a frame, as far as it can be followed.
void seal_entries(std::span<Word> frame) {
    constexpr Word kMask = (Word{1} << archive::kNumberBits) - 1;
    while (frame.size() >= 3) {
        const auto kind = static_cast<archive::EntryKind>(frame[0] >> archive::kNumberBits);
        const Word number = frame[0] & kMask;
        std::size_t size = 2;
        if (kind == archive::EntryKind::row) {
            const Word words = frame[2];
            if (words < kRowHeaderWords || words > frame.size() - 3) return;
            const auto row = frame.subspan(3, words);
            row[1] = checksum_row(ObjectId{number}, Version{frame[1]}, row[0],
                                  hash_payload(row.subspan(kRowHeaderWords)));
            size = 3 + words;
        } else if (kind == archive::EntryKind::type) {
            if (frame[2] > frame.size() - 3) return;
            size = 3 + frame[2];
        } else if (kind == archive::EntryKind::end) {
            size = 3;
        } else if (kind == archive::EntryKind::commit) {
            if (frame[1] > (frame.size() - 2) * sizeof(Word)) return;
            size = 2 + (frame[1] + sizeof(Word) - 1) / sizeof(Word);
        }
        frame = frame.subspan(size);
    }
}

/// The sums of header, frames and trailer.
void seal(std::vector<Word>& words, unsigned how) {
    using archive::kHeaderWords, archive::kTrailerWords;
    if (words.size() < kHeaderWords + kTrailerWords) return;
    const std::span<Word> all(words);
    const auto sum = [](Words part, Word seed) { return archive::next_chain(part, seed); };
    Word chain = words[kHeaderWords - 1] = sum(all.first(kHeaderWords - 1), 0);
    const auto trailer = all.last(kTrailerWords);
    constexpr std::size_t kSecondPart = 9, kSecondChain = 10, kLastChain = 11;
    const std::size_t end = words.size() - kTrailerWords;
    for (std::size_t at = kHeaderWords;;) {
        if (at * sizeof(Word) == trailer[kSecondPart]) trailer[kSecondChain] = chain;
        if (end - at < 3 || words[at] == 0 || words[at] > end - at - 2) break;
        const auto frame = all.subspan(at, words[at] + 1);
        if ((how & kRows) != 0) seal_entries(frame.subspan(1));
        chain = sum(frame, chain);
        at += frame.size();
        words[at++] = chain;
    }
    trailer[kLastChain] = chain;
    trailer.back() = sum(trailer.first(kTrailerWords - 1), words[kHeaderWords - 1]);
}

/// A store that was restored can be read: every row passes.
void read_all(const std::filesystem::path& file) {
    const auto store =
        lmdb::open(file, {.map_bytes = std::uint64_t{1} << 30, .check_structure = true});
    std::optional<RowKey> at;
    do {
        at = store->scan(at, 100, [](RowKey key, Words row) {
            check_row(key.id, key.version, row);
            return true;
        });
    } while (at);
    store->scan_kept([](const KeptRow&) { return true; });
    store->commits({}, Storage::kUnlimited);
    store->types();
}

fuzz::Bytes archive_of(unsigned seed, Retention retention, bool increment) {
    const auto file = fuzz::quick_folder().file("made");
    std::filesystem::remove(file);
    const auto storage = memory::open();
    Past past(*storage, retention, seed);
    past.max_words = 20;
    for (int i = 0; i < 6; ++i) past.commit(40);
    std::optional<archive::Since> since;
    if (increment) since = archive::Since{Version{4}};
    archive::write_archive(archive::Source::all_of(*storage), since, file, {});
    const std::string bytes = read_bytes(file);
    fuzz::Bytes input;
    fuzz::append(input, bytes);
    return input;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto how = input.number<std::uint8_t>();
    const std::size_t odd = input.left() % sizeof(Word);
    std::vector<Word> words = input.words();
    if ((how & kChain) != 0) seal(words, how);
    std::string bytes(reinterpret_cast<const char*>(words.data()), words.size() * sizeof(Word));
    if ((how & kChain) == 0) bytes.append(odd, 'x');
    const auto file = fuzz::quick_folder().file("archive");
    const auto target = fuzz::quick_folder().file("restored");
    core::testing::write_bytes(file, bytes);
    std::filesystem::remove(target);
    std::filesystem::remove(target.string() + "-lock");
    bool verified = false;
    try {
        archive::verify_archive(file, archive::Meter({}, "it"));
        verified = true;
    } catch (const Error&) {
        // Said in words. What is restored below is refused as well, or is whole.
    }
    bool restored = false;
    try {
        archive::restore({file}, {}, target, {});
        restored = true;
    } catch (const Error&) {
        require(!std::filesystem::exists(target), "a restoration that failed left a file");
    }
    require(verified || !restored, "what does not verify was restored");
    if (restored) read_all(target);
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    std::vector<Bytes> inputs;
    unsigned seed = 0;
    for (const Retention rule : {Retention::none(), Retention::commits(2), Retention::forever()}) {
        for (const bool increment : {false, true}) {
            const Bytes archive = archive_of(++seed, rule, increment);
            for (const unsigned how : {kChain | kRows, +kChain, 0U}) {
                inputs.push_back({static_cast<std::uint8_t>(how)});
                inputs.back().insert(inputs.back().end(), archive.begin(), archive.end());
            }
        }
    }
    return inputs;
}
