#include "tests/crash/power_loss/file_making.hpp"

#include <stdexcept>

#include "core/archive/compact.hpp"
#include "core/archive/restore.hpp"
#include "core/archive/write_archive.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "tests/crash/image.hpp"
#include "tests/crash/workload.hpp"

namespace vitrine::crash {
namespace {

using std::filesystem::path;

struct Making {
    const char* name;
    void (*prepare)(const path& folder);
    void (*act)(const path& folder);
    /// Looks at what a power loss left; `done`: after act returned.
    void (*look)(const path& folder, bool done);
};

void require(bool good, const char* what) {
    if (!good) throw std::logic_error(what);
}

void commit_all(Store& store) {
    set_up(store);
    for (int i = 0; i < 40; ++i) commit_next(store, 0);
}

void make_store(const path& folder) {
    Store store = Store::open(folder / "store", {.retention = Retention::commits(10)});
    commit_all(store);
}

/// The same store as a crash left it, most of it in its log.
void make_crashed(const path& folder) {
    const path made = folder.string() + "-made";
    Store store =
        Store::open(made, {.retention = Retention::commits(10), .log_bytes = std::size_t{1} << 20});
    commit_all(store);
    image_of(made).write(folder / "store");
}

/// The store of make_store(), whole, in a file.
void expect_store(const path& file) {
    Store store = Store::open(file, {.create_if_missing = false});
    require(store.version() == Version{41}, "another version");
    const auto texts = store.snapshot().tree<std::string, std::string>("texts");
    for (std::uint64_t n = 1; n <= 40; ++n)
        require(texts.find(text_key(0, n)) == body_of(0, n), "a text is not as it was");
    const VerifyReport report = store.verify();
    if (!report.ok()) throw std::logic_error("verify: " + report.faults.front().what);
    commit_next(store, 0);
}

void write_archive(const path& folder, const char* name) {
    const auto storage = core::lmdb::open(folder / "store", {.read_only = true});
    core::archive::write_archive(core::archive::Source::all_of(*storage), {}, folder / name, {});
}

/// There and whole, or not there, and then it can be made.
void expect_made(const path& folder, const char* name, bool done, void (*act)(const path&)) {
    const bool there = std::filesystem::exists(folder / name);
    require(there || !done, "what was made is gone");
    if (!there) act(folder);
}

void create(const path& folder) { static_cast<void>(Store::open(folder / "store")); }
void look_created(const path& folder, bool done) {
    Store store = Store::open(folder / "store", {.create_if_missing = !done});
    require(store.version() == Version{0}, "another version");
    set_up(store);
    commit_next(store, 0);
    require(store.verify().ok(), "a store that is not sound");
}

void back_up(const path& folder) { Store::open(folder / "store").backup(folder / "copy"); }
void look_backed_up(const path& folder, bool done) {
    expect_made(folder, "copy", done, back_up);
    expect_store(folder / "copy");
    expect_store(folder / "store");
}

void archive(const path& folder) { write_archive(folder, "archive"); }
void look_archived(const path& folder, bool done) {
    expect_made(folder, "archive", done, archive);
    core::archive::restore({folder / "archive"}, {}, folder / "copy", {});
    expect_store(folder / "copy");
}

void prepare_restore(const path& folder) {
    make_store(folder);
    archive(folder);
}
void restore(const path& folder) {
    core::archive::restore({folder / "archive"}, {}, folder / "copy", {});
}
void look_restored(const path& folder, bool done) {
    expect_made(folder, "copy", done, restore);
    expect_store(folder / "copy");
}

void compact(const path& folder) { core::archive::compact(folder / "store", {}); }
void look_compacted(const path& folder, bool) {
    compact(folder);  // again, over what the first one may have left
    expect_store(folder / "store");
}

void mend(const path& folder) { Store::open(folder / "store", {.create_if_missing = false}); }
void read_mended(const path& folder) { Store::open(folder / "store", {.read_only = true}); }
void look_mended(const path& folder, bool) { expect_store(folder / "store"); }

constexpr Making kMakings[] = {
    {"creating a store", [](const path&) {}, create, look_created},
    {"backing up", make_store, back_up, look_backed_up},
    {"writing an archive", make_store, archive, look_archived},
    {"restoring", prepare_restore, restore, look_restored},
    {"compacting", make_store, compact, look_compacted},
    {"opening after a crash", make_crashed, mend, look_mended},
    {"opening for reading after a crash", make_crashed, read_mended, look_mended},
};

}  // namespace

std::uint64_t lose_power_making_files(const path& folder, const Replay& pattern,
                                      test::Findings& findings) {
    std::uint64_t states = 0;
    for (const Making& making : kMakings) {
        const path place = folder / making.name;
        std::filesystem::create_directories(place);
        making.prepare(place);
        FileLog log(place);
        making.act(place);
        log.note(0);
        log.stop();
        findings.expect(!log.records().empty() && !log.mapped_for_writing(),
                        [&] { return std::string(making.name) + ": the log tells nothing"; });
        bool done = false;
        Replay replaying = pattern;
        replaying.name = making.name;
        replaying.hear = [&](std::uint64_t) { done = true; };
        replaying.look = [&](const path& left) { making.look(left, done); };
        const std::uint64_t some = replay(log, replaying, findings);
        test::guarded(findings, making.name, [&] {
            Disk disk(log);
            for (const Record& record : log.records()) disk.take(record);
            std::mt19937_64 random(0);
            std::filesystem::remove_all(pattern.folder);
            std::filesystem::create_directories(pattern.folder);
            disk.lose_power(Luck::nothing, random, pattern.folder);
            making.look(pattern.folder, true);
        });
        std::cout << making.name << ": " << log.records().size() << " file operations, " << some
                  << " states" << std::endl;
        states += some + 1;
    }
    return states;
}

}  // namespace vitrine::crash
