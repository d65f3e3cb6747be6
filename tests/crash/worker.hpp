#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/crash/workload.hpp"

/// The process that is killed: commits from several threads until then.
namespace vitrine::crash {

/// The descriptor on which the parent listens.
inline constexpr int kPipe = 3;

/// One record is less than PIPE_BUF: writes of several threads do not mix.
inline void acknowledge(const Acknowledgement& one) {
    if (::write(kPipe, &one, sizeof one) != sizeof one) ::_exit(2);
}

/// What a commit log may take: what is told by the worker's argument; `usual`: not said.
inline std::optional<std::size_t> log_bytes_of(std::string_view told) {
    if (told == "usual") return std::nullopt;
    return std::stoull(std::string(told));
}
/// Without a log, with one that is full soon, with the usual one.
inline std::string any_log(std::uint64_t chance) {
    constexpr const char* kLogs[] = {"usual", "1048576", "0"};
    return kLogs[chance % std::size(kLogs)];
}

inline StoreOptions options_of(Durability durability,
                               std::optional<std::size_t> log_bytes = std::nullopt) {
    StoreOptions options;
    options.log_bytes = log_bytes;
    options.durability = durability;
    options.cache_bytes = 128 << 10;  // so that commits load what they change
    return options;
}

inline void commit_for_ever(Store& store, Durability durability, std::uint32_t thread) {
    for (int n = 0;; ++n) {
        acknowledge(commit_next(store, thread));
        if (durability == Durability::full) continue;
        // One thread waits for the disk now and then, another asks how far it came.
        if (thread == 0 && n % 64 == 63)
            acknowledge({Acknowledgement::durable, 0, 0, store.flush().value()});
        if (thread == 1)
            acknowledge({Acknowledgement::durable, 0, 0, store.durable_version().value()});
    }
}

/// Old snapshots make that superseded rows are kept, and taken away later; after a crash, by the
/// next process.
inline void hold_snapshots(const Store& store) {
    for (;;) {
        const Snapshot held = store.snapshot();
        const Version until{held.version().value() + 20};
        while (store.version() < until) {
            const auto marks = held.find_tree<Place, Ref<Mark>>("marks");
            if (!marks) continue;
            for (auto [place, ref] : *marks)
                if (!held.find(ref)) ::_exit(3);
        }
    }
}

/// Returns only by an exception, which ends the process with a code that the parent reports.
inline int work(const std::filesystem::path& file, Durability durability,
                std::optional<std::size_t> log_bytes) {
    Store store = Store::open(file, options_of(durability, log_bytes));
    set_up(store);
    std::vector<std::jthread> threads;
    for (std::uint32_t thread = 0; thread < kThreads; ++thread)
        threads.emplace_back([&, thread] { commit_for_ever(store, durability, thread); });
    threads.emplace_back([&] { hold_snapshots(store); });
    for (std::jthread& thread : threads) thread.join();
    return 0;
}

}  // namespace vitrine::crash
