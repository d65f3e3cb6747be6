// Power failures. While two threads commit, every write, sync and change of size of the file is
// recorded, with what the store acknowledged in between. Then the power fails at moments of that
// record: what was synced is there, and of the rest any part, in any order, torn at sectors. Each
// such file is opened: it holds a prefix of the commits, with all that was acknowledged as durable;
// verify() finds nothing; the next commit works. The same for all that makes or replaces files.
//   --seconds 100 --seed 1 --commits 150 --points 0 (all moments) --variants 4
#include <iostream>
#include <set>
#include <string>

#include "tests/crash/check.hpp"
#include "tests/crash/memory_folder.hpp"
#include "tests/crash/power_loss/file_making.hpp"
#include "tests/crash/power_loss/traffic.hpp"
#include "tests/interpose/files.hpp"

namespace {

using namespace vitrine;
using namespace vitrine::crash;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kSmallLog = std::size_t{1} << 20;

/// So small that what two threads commit goes around it. A batch of deferred commits must fit in.
constexpr std::size_t small_log(Durability durability) {
    return durability == Durability::full ? kSmallLog : 4 * kSmallLog;
}

/// How often files of that name were written.
std::uint64_t writes_to(const FileLog& log, const std::string& name) {
    std::set<std::uint32_t> files;
    std::uint64_t writes = 0;
    for (const Record& record : log.records()) {
        if (record.kind == Record::create && record.name == name) files.insert(record.file);
        if (record.kind == Record::write && files.contains(record.file)) ++writes;
    }
    return writes;
}

/// What a file that was found may show: the commits of the whole run, and how many of them were
/// promised by now.
class Promises {
  public:
    Promises(const std::vector<Acknowledgement>& said, Durability durability)
        : said_(said), durability_(durability) {}

    void hear(std::uint64_t note) {
        const Acknowledgement& one = said_.at(note);
        const bool durable =
            one.kind == Acknowledgement::durable || durability_ == Durability::full;
        if (durable) promised_ = std::max(promised_, one.version);
        if (durable) ++heard_;
    }

    void look(const std::filesystem::path& folder, test::Findings& findings) const {
        if (promised_ == 0 && !std::filesystem::exists(folder / "store")) return;
        // What comes next begins with a log, or without.
        Store store = Store::open(folder / "store", {.log_bytes = promised_ % 2 * kSmallLog});
        for (const Fault& fault : store.verify().faults) findings.add("verify: " + fault.what);
        const Snapshot snapshot = store.snapshot();
        const std::uint64_t version = snapshot.version().value();
        findings.expect(version >= promised_, [&] {
            return "version " + std::to_string(promised_) + " was durable, found " +
                   std::to_string(version);
        });
        Sequences expected{};
        for (const Acknowledgement& one : said_)
            if (one.kind == Acknowledgement::committed && one.version <= version)
                expected[one.thread] = std::max(expected[one.thread], one.sequence);
        const Sequences found = version == 0 ? Sequences{} : check_commits(snapshot, findings);
        findings.expect(found == expected, [&] {
            return "version " + std::to_string(version) + " is not a prefix of the commits";
        });
        set_up(store);
        const Acknowledgement next = commit_next(store, 0);
        findings.expect(next.sequence == expected[0] + 1 && next.version > version,
                        [] { return "the next commit is not the next"; });
    }
    [[nodiscard]] std::uint64_t heard() const { return heard_; }

  private:
    const std::vector<Acknowledgement>& said_;
    Durability durability_;
    std::uint64_t promised_ = 0;
    std::uint64_t heard_ = 0;
};

std::uint64_t run(const std::filesystem::path& folder, Durability durability, std::size_t log_bytes,
                  std::uint64_t commits, Replay replaying, test::Findings& findings) {
    std::filesystem::create_directories(folder);
    FileLog log(folder);
    Spoken spoken;
    run_traffic(folder / "store", durability, log_bytes, commits, log, spoken);
    log.stop();
    const std::uint64_t writes = writes_to(log, "store-log");
    findings.expect((writes != 0) == (log_bytes != 0), [&] {
        return std::to_string(writes) + " writes to a commit log of " + std::to_string(log_bytes);
    });
    findings.expect(log.records().size() > commits && !log.mapped_for_writing(),
                    [] { return "the log of file operations tells nothing"; });
    Promises promises(spoken.notes, durability);
    replaying.name = durability == Durability::full ? "full" : "deferred";
    replaying.name += log_bytes == 0 ? ", no log" : ", with a log";
    replaying.hear = [&](std::uint64_t note) { promises.hear(note); };
    replaying.look = [&](const auto& left) { promises.look(left, findings); };
    const std::uint64_t states = replay(log, replaying, findings);
    std::cout << replaying.name << ": " << log.records().size() << " file operations, "
              << spoken.notes.size() << " acknowledgements, " << writes
              << " writes to the commit log, " << promises.heard() << " told as durable, " << states
              << " states" << std::endl;
    return states;
}

}  // namespace

int main(int argc, char** argv) {
    const test::Arguments arguments(argc, argv);
    const std::uint64_t seconds = arguments.number("--seconds", 0);
    const std::uint64_t commits = arguments.number("--commits", 130);
    std::uint64_t seed = arguments.number("--seed", 1);
    std::cout << "seed " << seed << std::endl;
    const MemoryFolder folder;
    test::Findings findings;
    const Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
    Replay replaying;
    replaying.points = arguments.number("--points", seconds != 0 ? 500 : test::kSanitized ? 5 : 25);
    replaying.variants = arguments.number("--variants", 4);
    replaying.folder = folder.file("state");
    replaying.end = seconds == 0 ? Clock::time_point::max() : end;
    std::uint64_t states = 0;
    do {
        replaying.seed = seed;
        const std::filesystem::path place = folder.file("run-" + std::to_string(seed));
        test::guarded(findings, "making files",
                      [&] { states += lose_power_making_files(place, replaying, findings); });
        int left = 4;
        for (const Durability durability : {Durability::full, Durability::deferred})
            for (const std::size_t log_bytes : {small_log(durability), std::size_t{0}}) {
                if (seconds != 0)  // each has its share of the time
                    replaying.end = Clock::now() + (end - Clock::now()) / left;
                const std::string name = "run-" + std::to_string(left--);
                test::guarded(findings, "traffic", [&] {
                    states +=
                        run(place / name, durability, log_bytes, commits, replaying, findings);
                });
            }
        std::filesystem::remove_all(place);
        ++seed;
    } while (Clock::now() < end && findings.count() == 0);
    test::figure("power-loss states opened", states);
    return findings.result();
}
