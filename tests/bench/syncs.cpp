#include "tests/bench/syncs.hpp"

#include <fcntl.h>

#include <array>
#include <atomic>

#include "tests/interpose/files.hpp"

namespace vitrine::bench {
namespace {

using interpose::Call;
using interpose::Operation;

class SyncCount final : public interpose::FileWatch {
  public:
    interpose::Verdict before(const Operation&) override { return {}; }
    void after(const Operation& operation, long result) override {
        if (result < 0) return;
        switch (operation.call) {
            case Call::sync: count.fetch_add(1, std::memory_order_relaxed); break;
            case Call::open: opened(static_cast<std::size_t>(result), operation.flags); break;
            case Call::write:
                if (keeps_writes(operation.descriptor))
                    count.fetch_add(1, std::memory_order_relaxed);
                break;
            default: break;
        }
    }

    std::atomic<std::uint64_t> count{0};

  private:
    void opened(std::size_t descriptor, int flags) {
        // O_SYNC has the bits of O_DSYNC in it.
        if (descriptor < synced_.size())
            synced_[descriptor].store((flags & O_DSYNC) != 0, std::memory_order_relaxed);
    }
    bool keeps_writes(int descriptor) const {
        const auto place = static_cast<std::size_t>(descriptor);
        return place < synced_.size() && synced_[place].load(std::memory_order_relaxed);
    }

    std::array<std::atomic<bool>, 4096> synced_{};
};

SyncCount counter;

}  // namespace

void watch_syncs() { interpose::watch_files(&counter); }
std::uint64_t syncs() { return counter.count.load(std::memory_order_relaxed); }

}  // namespace vitrine::bench
