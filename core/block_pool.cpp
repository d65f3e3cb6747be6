#include "core/block_pool.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "core/thread_end.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VITRINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define VITRINE_SANITIZED 1
#endif
#endif
#if !defined(VITRINE_SANITIZED)
#define VITRINE_SANITIZED 0
#endif

namespace vitrine::core {
namespace {

// Sizes: each doubling from 64 bytes on in eight steps, so at most an eighth of a block is unused (more of
// very small ones).
constexpr std::size_t kSmallest = 64;
constexpr std::size_t kSteps = 8;
constexpr std::size_t kClasses =
    1 + kSteps * (std::bit_width(BlockPool::kLargest) - std::bit_width(kSmallest));

constexpr std::size_t class_of(std::size_t bytes) {
    if (bytes <= kSmallest) return 0;
    const auto doubling = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;  // 2^d < bytes
    const std::size_t step = (std::size_t{1} << doubling) / kSteps;
    const std::size_t within = (bytes - (std::size_t{1} << doubling) + step - 1) / step;
    return kSteps * (doubling - (std::bit_width(kSmallest) - 1)) + within;
}
constexpr std::size_t size_of(std::size_t index) {
    if (index == 0) return kSmallest;
    const std::size_t base = kSmallest << (index - 1) / kSteps;
    return base + base / kSteps * ((index - 1) % kSteps + 1);
}
static_assert(class_of(BlockPool::kLargest) == kClasses - 1);
static_assert(size_of(kClasses - 1) == BlockPool::kLargest);
static_assert(size_of(class_of(65)) == 72 && class_of(72) == class_of(65));

constexpr std::uint32_t rounds_of(std::size_t index) {
    return static_cast<std::uint32_t>(
        std::max<std::size_t>(4, BlockPool::kMagazineBytes / size_of(index)));
}

struct Block {
    Block* next = nullptr;
    Block* next_magazine = nullptr;  // of the first one of a magazine in the depot
};

/// A stack of free blocks.
struct Magazine {
    Block* first = nullptr;
    std::uint32_t rounds = 0;

    void push(Block* block) {
        block->next = first;
        first = block;
        ++rounds;
    }
    Block* pop() {
        Block* const block = first;
        first = block->next;
        --rounds;
        return block;
    }
};

void free_all(Magazine magazine) noexcept {
    while (magazine.first != nullptr) ::operator delete(static_cast<void*>(magazine.pop()));
}

std::atomic<std::size_t> in_depots{0};  // bytes

/// The full magazines of one size that no thread has.
class Depot {
  public:
    /// An empty one when there is none.
    Magazine take(std::size_t index) noexcept {
        const std::lock_guard lock(mutex_);
        if (full_ == nullptr) return {};
        Block* const first = std::exchange(full_, full_->next_magazine);
        in_depots.fetch_sub(rounds_of(index) * size_of(index), std::memory_order_relaxed);
        return {first, rounds_of(index)};
    }
    /// Requires: it is full.
    void give(Magazine magazine, std::size_t index) noexcept {
        const std::size_t bytes = rounds_of(index) * size_of(index);
        if (in_depots.fetch_add(bytes, std::memory_order_relaxed) + bytes >
            BlockPool::kDepotBytes) {
            in_depots.fetch_sub(bytes, std::memory_order_relaxed);
            return free_all(magazine);
        }
        const std::lock_guard lock(mutex_);
        magazine.first->next_magazine = full_;
        full_ = magazine.first;
    }

  private:
    std::mutex mutex_;
    Block* full_ = nullptr;
};

// Never destroyed: threads may end after the program's objects.
std::array<Depot, kClasses>& depots() {
    static auto* const all = new std::array<Depot, kClasses>;
    return *all;
}

struct Stock {
    Magazine loaded;
    Magazine previous;  // full or empty
};
using Stocks = std::array<Stock, kClasses>;

struct ThreadStocks {
    Stocks* all = nullptr;
    bool over = false;  // the thread ends, or had no memory for it
};
thread_local constinit ThreadStocks mine{};
std::atomic<bool> pooled{VITRINE_SANITIZED == 0};

void at_thread_end(void* stocks) {
    const std::unique_ptr<Stocks> all(static_cast<Stocks*>(stocks));
    mine = {nullptr, true};
    for (std::size_t i = 0; i < kClasses; ++i) {
        Stock& stock = (*all)[i];
        free_all(stock.loaded);
        if (stock.previous.first != nullptr) depots()[i].give(stock.previous, i);
    }
}

const ThreadEnd& thread_end() {
    static const auto* const end = new ThreadEnd(at_thread_end);
    return *end;
}

/// Null: this thread does without.
Stocks* stocks() noexcept {
    if (mine.all != nullptr) [[likely]]
        return mine.all;
    if (mine.over) return nullptr;
    try {
        depots();
        auto fresh = std::make_unique<Stocks>();
        mine.over = !thread_end().arm(fresh.get());
        if (!mine.over) mine.all = fresh.release();
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): tried again next time
    }
    return mine.all;
}

bool pooling(std::size_t bytes) {
    return bytes <= BlockPool::kLargest && pooled.load(std::memory_order_relaxed);
}

}  // namespace

void* BlockPool::take(std::size_t bytes) {
    if (!pooling(bytes)) return ::operator new(bytes);
    const std::size_t index = class_of(bytes);
    Stocks* const all = stocks();
    if (all == nullptr) return ::operator new(size_of(index));
    Stock& stock = (*all)[index];
    if (stock.loaded.rounds == 0) {
        if (stock.previous.rounds != 0) {
            std::swap(stock.loaded, stock.previous);
        } else {
            stock.loaded = depots()[index].take(index);
            if (stock.loaded.rounds == 0) return ::operator new(size_of(index));
        }
    }
    return stock.loaded.pop();
}

void BlockPool::give(void* block, std::size_t bytes) noexcept {
    Stocks* const all = pooling(bytes) ? stocks() : nullptr;
    if (all == nullptr) return ::operator delete(block);
    const std::size_t index = class_of(bytes);
    Stock& stock = (*all)[index];
    if (stock.loaded.rounds == rounds_of(index)) {
        if (stock.previous.rounds != 0) depots()[index].give(stock.previous, index);
        stock.previous = std::exchange(stock.loaded, {});
    }
    stock.loaded.push(new (block) Block);
}

void BlockPool::drain() noexcept {
    if (in_depots.load(std::memory_order_relaxed) == 0) return;
    for (std::size_t i = 0; i < kClasses; ++i)
        for (Magazine some = depots()[i].take(i); some.rounds != 0; some = depots()[i].take(i))
            free_all(some);
}

std::size_t BlockPool::depot_bytes() noexcept { return in_depots.load(std::memory_order_relaxed); }

void BlockPool::set_pooling(bool pooling) noexcept {
    pooled.store(pooling, std::memory_order_relaxed);
}

}  // namespace vitrine::core
