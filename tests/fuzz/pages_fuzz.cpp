#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>

#include <vitrine/error.hpp>

#include "core/lmdb/salvage.hpp"
#include "core/memory/memory_storage.hpp"
#include "tests/core/lmdb/pages_store.hpp"
#include "tests/fuzz/quick_folder.hpp"
#include "tests/fuzz/target.hpp"

// The whole file of a store, through the reader that trusts nothing: structure check, survey, salvage.
// What the check lets through LMDB must be able to read and write. An input is a list of damages to
// one of some small stores: a file of many pages would be mutated where nothing is.

namespace {

using namespace vitrine;
using namespace vitrine::core;
using core::testing::read_bytes;
using core::testing::write_bytes;
using fuzz::require;

constexpr std::size_t kPage = lmdb::kPageBytes;

const std::vector<std::string>& stores() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> files;
        const auto file = fuzz::quick_folder().file("made");
        const int shapes[][2] = {{1, 2}, {6, 3}, {12, 25}};
        for (const auto& [commits, changes] : shapes) {
            std::filesystem::remove(file);
            core::testing::make_store(file, files.size() + 1, commits, changes);
            files.push_back(read_bytes(file));
        }
        return files;
    }();
    return all;
}

std::string damaged(fuzz::Input& input) {
    std::string bytes = stores()[input.number<std::uint8_t>() % stores().size()];
    while (input.left() != 0) {
        const auto how = input.number<std::uint8_t>();
        const std::size_t pages = bytes.size() / kPage;
        if (pages == 0) break;
        const std::size_t page = input.number<std::uint8_t>() % pages * kPage;
        switch (how % 8) {
            case 0: std::fill_n(bytes.data() + page, kPage, '\0'); break;
            case 1: {
                const std::size_t other = input.number<std::uint8_t>() % pages * kPage;
                std::swap_ranges(bytes.data() + page, bytes.data() + page + kPage,
                                 bytes.data() + other);
                break;
            }
            case 2: bytes.resize(page + input.number<std::uint16_t>() % kPage); break;
            case 3: {  // a page as an older copy had it, or another store
                const std::string& other = stores()[input.number<std::uint8_t>() % stores().size()];
                if (page < other.size())
                    std::copy_n(other.data() + page, kPage, bytes.data() + page);
                break;
            }
            default: {
                const std::size_t at = page + input.number<std::uint16_t>() % kPage;
                const auto text = input.text(1 + how / 8 % 16);
                std::copy_n(text.data(), std::min(text.size(), bytes.size() - at),
                            bytes.data() + at);
            }
        }
    }
    return bytes;
}

void use_with_lmdb(const std::string& bytes) {
    const auto file = fuzz::quick_folder().file("damaged");
    write_bytes(file, bytes);
    try {
        const auto storage = lmdb::open(file, {.map_bytes = std::uint64_t{1} << 30});
        std::optional<RowKey> at;
        Word sum = 0;
        do {
            at = storage->scan(at, 100, [&](RowKey, Words row) {
                for (const Word word : row) sum ^= word;
                return true;
            });
        } while (at);
        storage->types();
        storage->witnesses();
        storage->scan_kept([](const KeptRow&) { return true; });
        storage->size();
        const std::vector<Word> row =
            core::testing::make_record({ObjectId{9000}, Version{1000}}, 5, sum);
        Batch batch;
        batch.newest = Version{1000};
        batch.next_object_id = 9001;
        batch.puts.push_back({ObjectId{9000}, Version{1000}, row});
        storage->write(batch);
    } catch (const Error&) {
        return;  // said in words
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::string bytes = damaged(input);
    const int descriptor = ::memfd_create("store", MFD_CLOEXEC);
    require(descriptor >= 0, "no file in memory");
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    require(written == static_cast<ssize_t>(bytes.size()), "no room in memory");
    bool sound = false;
    {
        const lmdb::PageFile file(descriptor, "store");
        sound = lmdb::check_structure(file).empty();
        const lmdb::Survey found = lmdb::survey(file);
        for (const lmdb::RowDamage& damage : found.damaged) static_cast<void>(to_text(damage));
        const auto rescued = memory::open();
        const auto copied = lmdb::copy_rows(file, found, *rescued,
                                            [](std::uint64_t, std::uint64_t) { return true; });
        require(copied.rows <= found.rows.size(), "more rows were saved than found");
        std::optional<RowKey> at;
        std::uint64_t rows = 0;
        do {
            at = rescued->scan(at, 100, [&](RowKey key, Words row) {
                check_row(key.id, key.version, row);
                return ++rows != 0;
            });
        } while (at);
        require(rows == copied.rows, "another number of rows was saved than told");
    }
    ::close(descriptor);
    if (sound) use_with_lmdb(bytes);
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    std::vector<Bytes> inputs;
    for (std::uint8_t store = 0; store < stores().size(); ++store) {
        inputs.push_back({store});
        for (std::uint8_t page = 0; page < 12; ++page) {
            inputs.push_back({store, 0, page});
            inputs.push_back({store, 1, page, 7});
            inputs.push_back({store, 3, page, static_cast<std::uint8_t>(store + 1)});
            inputs.push_back({store, 12, page, 8, 0, 1, 2});
            inputs.push_back({store, 12, page, 40, 0, 0, 0});
            inputs.push_back({store, 12, page, 0xC0, 0x0F, 9, 9});
        }
        inputs.push_back({store, 2, 9, 0, 0});
    }
    return inputs;
}
