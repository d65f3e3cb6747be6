#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "core/commit_log.hpp"

namespace vitrine::core::memory {

/// What a write that is told to fail leaves behind.
enum class Failure {
    clean,            ///< nothing stored; the next write may succeed (a full disk)
    in_doubt,         ///< nothing stored, failed() from now on (an error of the final sync)
    in_doubt_stored,  ///< all stored, failed() from now on: the sync worked, its answer was lost
};

/// When something is to fail: the nth time from now.
class FailureAt {
  public:
    void set(std::size_t nth, Failure failure);
    /// Counts. Threads: any.
    std::optional<Failure> next();

  private:
    std::mutex mutex_;
    std::size_t left_ = 0;
    Failure failure_ = Failure::clean;
};

/// What tests do to every log of a storage.
struct LogHooks {
    FailureAt failure;
    std::mutex mutex;
    std::function<void()> on_append;  ///< called before anything is stored
};

/// What a log in memory leaves to the next process.
struct LogContents {
    LogContents(std::uint64_t with_number, std::size_t bytes)
        : number(with_number), capacity(bytes) {}
    /// Requires: nobody appends. Blocks are never changed, so they may be shared.
    LogContents(LogContents& other)
        : number(other.number), capacity(other.capacity), blocks(other.snapshot()) {}
    LogContents& operator=(const LogContents&) = delete;
    ~LogContents() = default;

    struct Block {
        std::shared_ptr<const std::vector<Word>> content;
        std::uint64_t end = 0;
    };
    using Blocks = std::map<std::uint64_t, Block>;
    Blocks snapshot() {
        const std::lock_guard lock(mutex);
        return blocks;
    }

    const std::uint64_t number;
    const std::size_t capacity;
    std::mutex mutex;
    Blocks blocks;  // by their places
};

/// A commit log in memory: the file's twin for tests. Keeps A1 to A3.
class MemoryLog final : public CommitLog {
  public:
    MemoryLog(std::shared_ptr<LogContents> contents, std::shared_ptr<LogHooks> hooks)
        : contents_(std::move(contents)), hooks_(std::move(hooks)) {}

    [[nodiscard]] std::uint64_t number() const override { return contents_->number; }
    [[nodiscard]] std::size_t capacity() const override { return contents_->capacity; }
    [[nodiscard]] std::uint64_t end() const override { return end_; }
    [[nodiscard]] bool has_room(std::size_t words) const override;
    void append(std::vector<Word>& block) override;
    void release(std::uint64_t start) noexcept override;
    void replay(std::uint64_t start, FunctionRef<void(Words, std::uint64_t)> sink) override;
    [[nodiscard]] bool failed() const override { return failed_; }
    [[nodiscard]] std::string name() const override { return "(memory)-log"; }

  private:
    std::shared_ptr<LogContents> contents_;
    std::shared_ptr<LogHooks> hooks_;
    std::atomic<std::uint64_t> end_{0};
    std::atomic<std::uint64_t> start_{0};
    std::atomic<bool> failed_{false};
};

}  // namespace vitrine::core::memory
