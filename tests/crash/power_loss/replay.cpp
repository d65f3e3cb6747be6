#include "tests/crash/power_loss/replay.hpp"

namespace vitrine::crash {
namespace {

const char* name_of(Luck luck) {
    switch (luck) {
        case Luck::nothing: return "nothing unsynced";
        case Luck::everything: return "all unsynced";
        case Luck::some: break;
    }
    return "some unsynced";
}

}  // namespace

std::uint64_t replay(const FileLog& log, const Replay& what, test::Findings& findings) {
    Disk disk(log);
    const std::uint64_t records = log.records().size();
    const std::uint64_t stride =
        what.points == 0 ? 1 : std::max<std::uint64_t>(1, records / what.points);
    std::uint64_t next = what.seed % stride;
    std::uint64_t states = 0;
    const auto lose_power = [&](std::uint64_t point, Luck luck, std::uint64_t variant) {
        std::filesystem::remove_all(what.folder);
        std::filesystem::create_directories(what.folder);
        std::seed_seq seeds{what.seed, point, variant};
        std::mt19937_64 random(seeds);
        disk.lose_power(luck, random, what.folder);
        const std::uint64_t before = findings.count();
        test::guarded(findings, what.name, [&] { what.look(what.folder); });
        ++states;
        if (findings.count() == before) return;
        findings.add(what.name + ": that was at record " + std::to_string(point) + " of " +
                     std::to_string(records) + ", with " + name_of(luck) + ", variant " +
                     std::to_string(variant));
        // Once more as it was, to be looked at.
        const std::filesystem::path kept = "lost-power-" + std::to_string(findings.count());
        std::filesystem::create_directories(kept);
        std::mt19937_64 again(seeds);
        disk.lose_power(luck, again, kept);
    };
    for (std::uint64_t point = 0; point < records; ++point) {
        const Record& record = log.records()[point];
        disk.take(record);
        if (record.kind == Record::note) {
            what.hear(record.of);
            continue;
        }
        if (point < next || std::chrono::steady_clock::now() > what.end) continue;
        next = point + stride;
        lose_power(point, Luck::nothing, 0);
        if (disk.settled()) continue;
        lose_power(point, Luck::everything, 1);
        for (std::uint64_t i = 0; i < what.variants; ++i) lose_power(point, Luck::some, 2 + i);
    }
    return states;
}

}  // namespace vitrine::crash
