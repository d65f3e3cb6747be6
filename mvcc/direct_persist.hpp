#pragma once

#include <atomic>

#include "mvcc/storage_writer.hpp"

namespace vitrine::mvcc {

/// Persists straight to the storage: a batch is one storage transaction.
class DirectPersist final : public PersistStage {
  public:
    DirectPersist(Store& store, Version newest);

    void persist(std::span<const std::shared_ptr<Commit>> commits) override;
    void settle() override { writer_.settle(); }
    void catch_up() override {}
    void write_out() override;
    [[nodiscard]] Version stored() const override {
        return Version{stored_.load(std::memory_order_acquire)};
    }
    void recovered(Version version) override {
        stored_.store(version.value(), std::memory_order_release);
    }
    [[nodiscard]] bool failed() const override;
    [[nodiscard]] PersistCounters counters() const override { return writer_.counters(); }

  private:
    Store& store_;
    StorageWriter writer_;
    std::atomic<std::uint64_t> stored_;
};

}  // namespace vitrine::mvcc
