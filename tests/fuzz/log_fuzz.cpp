#include <array>

#include <vitrine/vitrine.hpp>

#include "core/log/log_block.hpp"
#include "core/log/log_entry.hpp"
#include "core/record.hpp"
#include "tests/crash/image.hpp"
#include "tests/fuzz/quick_folder.hpp"
#include "tests/fuzz/target.hpp"

// A hostile commit log beside a sound store, and hostile entries. An input is one of: words that are
// read as an entry; damages to the log that a crash left; commits without sense, in a block whose
// checksums are right.

namespace {

using namespace vitrine;
using core::Word;
using core::Words;
using core::log::kSectorBytes;
using fuzz::require;

constexpr std::size_t kHeadBytes = 4096;
constexpr std::uint64_t kInStore = 3;  // commits that are in the store's file
constexpr std::uint64_t kCommits = 12;

/// What a crash left of a store that counts its commits; the log without the zeros behind.
const crash::Image& crashed() {
    static const crash::Image image = [] {
        const auto file = fuzz::quick_folder().file("made");
        const StoreOptions options{.log_bytes = std::size_t{1} << 20};
        const auto count = [](Transaction& tx) {
            tx.tree<std::uint32_t, std::uint64_t>("counts").add(0, 1);
            tx.tree<std::uint64_t, std::string>("texts").put(7, std::string(700, 'x'));
        };
        {
            Store store = Store::open(file, options);
            for (std::uint64_t i = 0; i < kInStore; ++i) store.transact(count);
        }
        Store store = Store::open(file, options);
        for (std::uint64_t i = kInStore; i < kCommits; ++i) store.transact(count);
        crash::Image made = crash::image_of(file);
        const std::size_t used = made.log.find_last_not_of('\0') + 1;
        made.log.resize((used + kSectorBytes - 1) / kSectorBytes * kSectorBytes);
        return made;
    }();
    return image;
}

/// Opens, looks at everything and writes. The number of commits, or nothing when it is refused.
std::optional<std::uint64_t> use(const crash::Image& image, bool sound) {
    const auto file = fuzz::quick_folder().file("store");
    std::filesystem::remove(file.string() + "-log");
    image.write(file);
    try {
        Store store = Store::open(file, {.create_if_missing = false, .log_bytes = 1 << 20});
        const std::uint64_t version = store.version().value();
        const VerifyReport report = store.verify();
        if (sound) {
            require(report.ok(), "a store that is not sound");
            const auto counts = store.snapshot().tree<std::uint32_t, std::uint64_t>("counts");
            require(counts.find(0) == version, "a commit is there in part");
        }
        store.transact(
            [](Transaction& tx) { tx.tree<std::uint64_t, std::string>("texts").put(7, "next"); });
        store.collect_garbage();
        return version;
    } catch (const Error&) {
        return std::nullopt;  // said in words
    }
}

/// Another number in the head of the file, or of a block, whose checksum is right.
void lie(char* sector, bool file, fuzz::Input& input) {
    std::array<Word, 7> head{};
    const std::span<Word> words = std::span(head).first(file ? 7 : core::CommitLog::kHeadWords);
    std::memcpy(head.data(), sector, words.size_bytes());
    const auto which = input.number<std::uint8_t>();
    Word number = input.number<Word>();
    if (which % 2 == 0) number <<= which / 8;
    // Not what tells whose and which it is: then it would be another store's.
    words[file ? 5 : 2 + which / 2 % 3] = number;
    words.back() = core::hash_payload(words.first(words.size() - 1));
    std::memcpy(sector, head.data(), words.size_bytes());
}

void damage(fuzz::Input& input) {
    crash::Image image = crashed();
    std::string& bytes = image.log;
    while (input.left() != 0 && !bytes.empty()) {
        const auto how = input.number<std::uint8_t>();
        const std::size_t sectors = bytes.size() / kSectorBytes;
        if (sectors == 0) break;
        // Nearly all of the head means nothing.
        const std::size_t first = std::min(sectors - 1, kHeadBytes / kSectorBytes);
        const auto any_sector = [&] {
            const std::size_t chosen = input.number<std::uint8_t>() % (sectors - first + 1);
            return (chosen == 0 ? 0 : first + chosen - 1) * kSectorBytes;
        };
        const std::size_t at = any_sector();
        switch (how % 6) {
            case 0: std::fill_n(bytes.data() + at, kSectorBytes, '\0'); break;
            case 1: {
                const std::size_t other = any_sector();
                std::swap_ranges(bytes.data() + at, bytes.data() + at + kSectorBytes,
                                 bytes.data() + other);
                break;
            }
            case 2: bytes.resize(at + input.number<std::uint16_t>() % kSectorBytes); break;
            case 3: lie(bytes.data() + at, at == 0, input); break;
            default: {
                const std::size_t place = at + input.number<std::uint16_t>() % kSectorBytes;
                const auto text = input.text(1 + how / 6 % 16);
                std::copy_n(text.data(), std::min(text.size(), bytes.size() - place),
                            bytes.data() + place);
            }
        }
    }
    const auto version = use(image, true);
    require(!version || (*version >= kInStore && *version <= kCommits), "another version");
}

std::vector<Word> row_of(core::ObjectId id, Version version, core::TypeId type, std::size_t words) {
    std::vector<Word> row{type, 0};
    if (words != 0) {
        row.push_back(Word{words} << 32);  // a struct with so many words of data, right behind
        row.resize(row.size() + words, 0x0101010101010101 * words);
    }
    row[1] = core::checksum_row(id, version, type, core::hash_payload(Words(row).subspan(2)));
    return row;
}

/// Commits that no store made, behind those that it did.
void invent(fuzz::Input& input) {
    struct Made {
        core::ObjectId id;
        std::vector<Word> row;
    };
    crash::Image image = crashed();
    std::vector<Word> block;
    core::log::EntryWriter writer(block);
    writer.begin(input.number<std::uint64_t>());
    std::uint64_t version = kCommits;
    for (auto commits = input.number<std::uint8_t>() % 4; commits != 0; --commits) {
        const auto step = input.number<std::uint8_t>();
        version += step % 8 != 0 ? 1 : step / 8;
        std::vector<Made> changes(input.number<std::uint8_t>() % 8);
        core::CommitRow row{Version{version}, core::Time(std::chrono::seconds(step)), "", {}};
        for (Made& change : changes) {
            const auto how = input.number<std::uint8_t>();
            change.id.value = how % 16 == 0 ? input.number<std::uint64_t>() % core::kMaxObjectId + 1
                                            : 1 + input.number<std::uint8_t>() % 40;
            const core::TypeId type = how % 4 == 0 ? input.number<std::uint64_t>() : 0xabcdef;
            if (how / 16 % 4 == 0) continue;
            change.row = row_of(change.id, Version{version}, type,
                                how / 16 % 4 == 1 ? 0 : input.number<std::uint8_t>());
        }
        writer.add_commit(row, changes.size());
        for (const Made& change : changes) writer.add_change(change.id, change.row);
    }
    Word number = 0;
    std::memcpy(&number, image.log.data() + 2 * sizeof number, sizeof number);
    core::log::seal_block(block, number, image.log.size() - kHeadBytes);
    image.log.append(reinterpret_cast<const char*>(block.data()), block.size() * sizeof(Word));
    static_cast<void>(use(image, false));
}

void read_words(fuzz::Input& input) {
    try {
        core::log::read_entry(input.words(), "log", [](const core::log::LoggedCommit& commit) {
            for (const core::log::LoggedChange& change : commit.changes)
                if (!change.row.empty()) core::check_row(change.id, commit.row.version, change.row);
        });
    } catch (const CorruptionError&) {
        return;  // said in words
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    switch (input.number<std::uint8_t>() % 8) {
        case 0:
        case 1: damage(input); break;
        case 2:
        case 3: invent(input); break;
        default: read_words(input); break;
    }
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    std::vector<Bytes> inputs{{0}, {2}};
    for (std::uint8_t sector = 0; sector < 30; ++sector) {
        inputs.push_back({0, 0, sector});
        inputs.push_back({0, 1, sector, 7});
        inputs.push_back({0, 2, sector, 10, 0});
        for (std::uint8_t which = 0; which < 6; ++which)
            inputs.push_back({0, 3, 0, 252,    0,
                              0, 0, 1, 0,      0,
                              0, 0, 3, sector, static_cast<std::uint8_t>(160 + which),
                              0, 0, 0, 1,      0,
                              0, 0, 0});
        inputs.push_back({0, 9, sector, 8, 0, 1, 2});
        inputs.push_back({0, 0x93, sector, 16, 0, 9, 0, 0, 0, 0, 0, 0, 0});
        inputs.push_back({2,      99, 0,    0,  0, 0,    0,  0, 0, 2,    sector, 3,
                          sector, 17, 0x31, 18, 3, 0x12, 19, 1, 1, 0x33, 16,     5});
    }
    // The entries of the real log.
    const std::string& log = crashed().log;
    for (std::size_t at = kHeadBytes; at + kSectorBytes <= log.size(); at += kSectorBytes) {
        Word number = 0;
        std::memcpy(&number, log.data() + 2 * sizeof number, sizeof number);
        std::vector<Word> words((log.size() - at) / sizeof(Word));
        std::memcpy(words.data(), log.data() + at, words.size() * sizeof(Word));
        const auto head = core::log::read_head(words, number);
        if (!head) continue;
        Bytes entry{4};
        append(entry, Words(words).subspan(core::CommitLog::kHeadWords, head->words));
        inputs.push_back(std::move(entry));
    }
    return inputs;
}
