#include "tests/crash/power_loss/traffic.hpp"

#include <deque>
#include <exception>
#include <thread>

namespace vitrine::crash {
namespace {

constexpr std::uint32_t kWriters = 2;

/// An object that no root leads to; and now and then the garbage goes.
void litter(Store& store, FileLog& log, Spoken& spoken, Durability durability, bool collect) {
    const Version version = store.transact([](Transaction& tx) {
        tx.create<Mark>([](Mark::Builder lost) { lost.setBody(std::string(3000, 'l')); });
    });
    if (durability == Durability::full)
        spoken.say(log, {Acknowledgement::durable, 0, 0, version.value()});
    if (collect) store.collect_garbage();
}

void write(Store& store, std::uint32_t thread, std::uint64_t commits, FileLog& log, Spoken& spoken,
           Durability durability) {
    std::deque<Snapshot> held;
    for (std::uint64_t n = 1; n <= commits; ++n) {
        spoken.say(log, commit_next(store, thread));
        if (n % 7 == 0) held.push_back(store.snapshot());
        if (held.size() > 3) held.pop_front();
        if (n % 40 == 20) litter(store, log, spoken, durability, n % 80 == 60 && thread == 0);
        if (durability == Durability::full) continue;
        if (thread == 0 && n % 4 == 0)
            spoken.say(log, {Acknowledgement::durable, 0, 0, store.flush().value()});
        if (thread == 1)
            spoken.say(log, {Acknowledgement::durable, 0, 0, store.durable_version().value()});
    }
}

}  // namespace

void run_traffic(const std::filesystem::path& file, Durability durability, std::size_t log_bytes,
                 std::uint64_t commits, FileLog& log, Spoken& spoken) {
    StoreOptions options{.cache_bytes = 64 << 10,
                         .durability = durability,
                         .flush_interval = std::chrono::milliseconds(1),
                         .log_bytes = log_bytes};
    if (durability == Durability::deferred) options.retention = Retention::commits(30);
    Store store = Store::open(file, options);
    set_up(store);
    std::vector<std::exception_ptr> failures(kWriters);
    std::vector<std::thread> threads;
    for (std::uint32_t thread = 0; thread < kWriters; ++thread)
        threads.emplace_back([&, thread] {
            try {
                write(store, thread, commits, log, spoken, durability);
            } catch (...) {
                failures[thread] = std::current_exception();
            }
        });
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);
    store.close();
    spoken.say(log, {Acknowledgement::durable, 0, 0, spoken.notes.back().version});
}

}  // namespace vitrine::crash
