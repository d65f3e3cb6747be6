#include "tests/crash/faults/injector.hpp"

#include <atomic>
#include <string>

#include "tests/interpose/memory.hpp"

namespace vitrine::crash {
namespace {

using interpose::Call;

constexpr FaultKind kKinds[] = {
    {"no memory", true, Call::open, 0, false},
    {"no memory any more", true, Call::open, 0, true},
    {"write: EIO", false, Call::write, EIO, false},
    {"writes: EIO", false, Call::write, EIO, true},
    {"write: ENOSPC", false, Call::write, ENOSPC, false},
    {"writes: ENOSPC", false, Call::write, ENOSPC, true},
    {"write: EINTR", false, Call::write, EINTR, false},
    {"short write", false, Call::write, 0, false},
    {"sync: EIO", false, Call::sync, EIO, false},
    {"syncs: EIO", false, Call::sync, EIO, true},
    {"sync: EINTR", false, Call::sync, EINTR, false},
    {"truncate: EIO", false, Call::truncate, EIO, false},
    {"truncates: ENOSPC", false, Call::truncate, ENOSPC, true},
    {"truncate: EINTR", false, Call::truncate, EINTR, false},
    {"map: ENOMEM", false, Call::map, ENOMEM, false},
    {"maps: ENOMEM", false, Call::map, ENOMEM, true},
    {"read: EIO", false, Call::read, EIO, false},
    {"reads: EIO", false, Call::read, EIO, true},
    {"read: EINTR", false, Call::read, EINTR, false},
    {"short read", false, Call::read, 0, false},
    {"open: EMFILE", false, Call::open, EMFILE, false},
    {"opens: EIO", false, Call::open, EIO, true},
    {"rename: EIO", false, Call::rename, EIO, false},
    {"renames: ENOSPC", false, Call::rename, ENOSPC, true},
};

struct State {
    const FaultKind* kind = nullptr;
    std::uint64_t n = 0;
    std::string folder;
    std::atomic<std::uint64_t> calls{0};

    bool fails() {
        const std::uint64_t call = calls.fetch_add(1, std::memory_order_relaxed) + 1;
        return kind->stays ? call >= n : call == n;
    }
} state;

bool may_allocate() { return !state.fails(); }

class Injector final : public interpose::FileWatch {
  public:
    interpose::Verdict before(const interpose::Operation& operation) override {
        const Call call = operation.call == Call::unlink ? Call::rename : operation.call;
        if (call != state.kind->call || !concerns(operation) || !state.fails()) return {};
        if (state.kind->error != 0) return {state.kind->error};
        return {0, operation.bytes / 2};
    }

  private:
    static bool concerns(const interpose::Operation& operation) {
        if (operation.path != nullptr) return std::string(operation.path).starts_with(state.folder);
        if (operation.descriptor < 0) return operation.call == Call::map;
        return interpose::path_of(operation.descriptor).starts_with(state.folder);
    }
} injector;

}  // namespace

std::span<const FaultKind> fault_kinds() { return kKinds; }

void arm(const FaultKind& kind, std::uint64_t n, const std::filesystem::path& folder) {
    state.kind = &kind;
    state.n = n;
    state.folder = folder.string();
    state.calls.store(0, std::memory_order_relaxed);
    if (kind.memory) {
        interpose::allocation_gate.store(may_allocate, std::memory_order_release);
    } else {
        interpose::watch_files(&injector);
    }
}

std::uint64_t disarm() {
    interpose::allocation_gate.store(nullptr, std::memory_order_release);
    interpose::watch_files(nullptr);
    return state.calls.load(std::memory_order_relaxed);
}

}  // namespace vitrine::crash
