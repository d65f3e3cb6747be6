#pragma once

#include <utility>

#include <vitrine/stats.hpp>
#include <vitrine/version.hpp>

#include "bindings/cpp/src/call_gate.hpp"
#include "mvcc/store.hpp"

namespace vitrine::detail {

/// Everything that takes long stands on a snapshot, which keeps the machine; the gate only covers
/// the moment in which the snapshot is opened.
class OpenStore {
  public:
    explicit OpenStore(mvcc::StoreOwner machine) : machine_(std::move(machine)) {}

    mvcc::Snapshot snapshot() const {
        const CallGate::Call call(gate_);
        return machine_->snapshot();
    }
    // What is there at once. Not through a snapshot, which stats() would count.
    Version version() const {
        const CallGate::Call call(gate_);
        return machine_->version();
    }
    Version durable_version() const {
        const CallGate::Call call(gate_);
        return machine_->durable_version();
    }
    Stats stats() const {
        const CallGate::Call call(gate_);
        return machine_->stats();
    }

    void close() {
        if (!gate_.shut()) return;
        const mvcc::StoreOwner machine = std::move(machine_);
        machine->close();
    }

  private:
    CallGate gate_;
    mvcc::StoreOwner machine_;
};

}  // namespace vitrine::detail
