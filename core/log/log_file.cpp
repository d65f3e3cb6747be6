#include "core/log/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/identity.hpp"
#include "core/log/log_block.hpp"
#include "core/record.hpp"

namespace vitrine::core::log {
namespace {

// The file: a head of one page, then the ring. [magic][format][log's number][store's identity: 2]
// [bytes of the ring][checksum]
constexpr std::size_t kHeadBytes = 4096;
constexpr Word kMagic = 0x676f6c2d6e727476;  // "vtrn-log"
constexpr Word kFormat = 1;
using FileHead = std::array<Word, 7>;

/// What is written for the first time is more than data to a file system: it has to note where it lies.
/// So zeros go ahead, and the syncs of blocks have nothing but their bytes to write.
constexpr std::size_t kAheadBytes = std::size_t{1} << 20;

class LogFile final : public CommitLog {
  public:
    LogFile(const std::filesystem::path& file, int flags) : name_(file.string()) {
        descriptor_ = ::open(name_.c_str(), flags | O_CLOEXEC, 0644);
        if (descriptor_ < 0) fail(errno, "opening the commit log");
    }
    ~LogFile() override { ::close(descriptor_); }

    void make(Identity store, std::size_t bytes);
    void open(Identity store, LogMark mark);

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::size_t capacity() const override { return capacity_; }
    [[nodiscard]] std::uint64_t end() const override {
        return end_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] bool has_room(std::size_t words) const override {
        // acquire: partner is release(); what was there is not wanted by anybody any more.
        return end() + padded_bytes(words) - start_.load(std::memory_order_acquire) <= capacity_;
    }
    void append(std::vector<Word>& block) override;
    void release(std::uint64_t start) noexcept override {
        start_.store(start, std::memory_order_release);
    }
    void replay(std::uint64_t start, FunctionRef<void(Words, std::uint64_t)> sink) override;
    [[nodiscard]] bool failed() const override { return failed_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::string name() const override { return name_; }

  private:
    [[noreturn]] void fail(int error, const char* doing) const {
        throw StorageError(
            name_ + ": " + doing + ": " +
            (is_full(error) ? "the disk is full" : std::generic_category().message(error)));
    }
    /// A limit of the file's size is one too.
    static bool is_full(int error) { return error == ENOSPC || error == EDQUOT || error == EFBIG; }
    void write_at(std::uint64_t offset, const void* data, std::size_t bytes);
    [[nodiscard]] std::size_t read_at(std::uint64_t offset, void* data, std::size_t bytes) const;
    void sync();
    void write_ahead(std::uint64_t upto);
    /// A piece of the ring, which may go around its end. False where the file ends before.
    [[nodiscard]] bool read_ring(std::uint64_t place, std::span<Word> words) const;
    [[nodiscard]] std::optional<BlockHead> head_at(std::uint64_t place) const;
    /// Whether there is room for so long a block in the file: what says else gets no memory.
    [[nodiscard]] bool may_be(const BlockHead& head) const {
        const std::uint64_t room = std::min<std::uint64_t>(capacity_, written_) / sizeof(Word);
        return room >= kHeadWords && head.words <= room - kHeadWords;
    }
    void expect_nothing_behind(std::uint64_t place) const;

    const std::string name_;
    int descriptor_ = -1;
    std::uint64_t number_ = 0;
    std::size_t capacity_ = 0;
    std::uint64_t written_ = 0;  // of the ring, since the file was made
    std::atomic<std::uint64_t> end_{0};
    std::atomic<std::uint64_t> start_{0};
    std::atomic<bool> failed_{false};
};

void LogFile::write_at(std::uint64_t offset, const void* data, std::size_t bytes) {
    const auto* from = static_cast<const char*>(data);
    while (bytes != 0) {
        const ssize_t done = ::pwrite(descriptor_, from, bytes, static_cast<off_t>(offset));
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) {
            const int error = errno;
            // Nothing was promised of these bytes. But a medium that does not take them may not keep
            // others either.
            if (!is_full(error)) failed_.store(true, std::memory_order_relaxed);
            fail(error, "writing commits to the log");
        }
        from += done;
        offset += static_cast<std::uint64_t>(done);
        bytes -= static_cast<std::size_t>(done);
    }
}

std::size_t LogFile::read_at(std::uint64_t offset, void* data, std::size_t bytes) const {
    std::size_t total = 0;
    while (total < bytes) {
        const ssize_t got = ::pread(descriptor_, static_cast<char*>(data) + total, bytes - total,
                                    static_cast<off_t>(offset + total));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(errno, "reading the commit log");
        if (got == 0) break;
        total += static_cast<std::size_t>(got);
    }
    return total;
}

void LogFile::sync() {
    while (::fdatasync(descriptor_) != 0) {
        if (errno == EINTR) continue;
        failed_.store(true, std::memory_order_relaxed);
        fail(errno, "syncing the commit log");
    }
}

void LogFile::make(Identity store, std::size_t bytes) {
    while (number_ == 0) number_ = make_identity().low;
    capacity_ = std::max(bytes / kAheadBytes * kAheadBytes, kAheadBytes);
    alignas(kSectorBytes) std::array<Word, kHeadBytes / sizeof(Word)> page{};
    const FileHead head{kMagic, kFormat, number_, store.high, store.low, capacity_, 0};
    std::copy(head.begin(), head.end(), page.begin());
    page[head.size() - 1] = hash_payload(Words(page).first(head.size() - 1));
    write_at(0, page.data(), sizeof page);
    write_ahead(1);
    sync();
}

void LogFile::open(Identity store, LogMark mark) {
    FileHead head{};
    if (read_at(0, head.data(), sizeof head) != sizeof head || head[0] != kMagic)
        throw StorageError(name_ + ": not a commit log, though the store beside it needs its own");
    if (head.back() != hash_payload(Words(head).first(head.size() - 1)))
        throw CorruptionError(name_ + ": the head of the commit log is damaged");
    if (head[1] != kFormat)
        throw StorageError(fmt::format("{}: the commit log has format {}, this library reads {}",
                                       name_, head[1], kFormat));
    if (head[3] != store.high || head[4] != store.low)
        throw StorageError(name_ + ": the commit log belongs to another store");
    if (head[2] != mark.log)
        throw StorageError(name_ +
                           ": the commit log is of another time than the store beside it: one of "
                           "the two files was replaced");
    number_ = head[2];
    capacity_ = head[5];
    if (capacity_ == 0 || capacity_ % kAheadBytes != 0)
        throw CorruptionError(name_ + ": the head of the commit log is damaged");
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail(errno, "reading the commit log");
    written_ = std::min<std::uint64_t>(
        capacity_,
        static_cast<std::uint64_t>(std::max<off_t>(status.st_size, kHeadBytes)) - kHeadBytes);
}

void LogFile::write_ahead(std::uint64_t upto) {
    static const std::array<char, kAheadBytes> zeros{};
    upto = std::min<std::uint64_t>(upto, capacity_);
    while (written_ < upto) {
        const std::size_t bytes = std::min<std::uint64_t>(kAheadBytes, capacity_ - written_);
        write_at(kHeadBytes + written_, zeros.data(), bytes);
        written_ += bytes;
    }
}

void LogFile::append(std::vector<Word>& block) {
    if (failed()) throw StorageError(name_ + ": an earlier write failed; no more is accepted");
    const std::uint64_t place = end();
    seal_block(block, number_, place);
    const std::size_t bytes = block.size() * sizeof(Word);
    write_ahead(place + bytes);
    const std::uint64_t offset = place % capacity_;
    const std::size_t first = std::min<std::uint64_t>(bytes, capacity_ - offset);
    write_at(kHeadBytes + offset, block.data(), first);
    if (first < bytes)
        write_at(kHeadBytes, reinterpret_cast<const char*>(block.data()) + first, bytes - first);
    sync();
    end_.store(place + bytes, std::memory_order_relaxed);
}

bool LogFile::read_ring(std::uint64_t place, std::span<Word> words) const {
    const std::uint64_t offset = place % capacity_;
    const std::size_t bytes = words.size_bytes();
    const std::size_t first = std::min<std::uint64_t>(bytes, capacity_ - offset);
    if (read_at(kHeadBytes + offset, words.data(), first) != first) return false;
    return first == bytes || read_at(kHeadBytes, reinterpret_cast<char*>(words.data()) + first,
                                     bytes - first) == bytes - first;
}

std::optional<BlockHead> LogFile::head_at(std::uint64_t place) const {
    std::array<Word, CommitLog::kHeadWords> words{};
    if (!read_ring(place, words)) return std::nullopt;
    auto head = read_head(words, number_);
    if (head && !may_be(*head)) head.reset();
    return head;
}

void LogFile::replay(std::uint64_t start, FunctionRef<void(Words, std::uint64_t)> sink) {
    std::uint64_t place = start;
    std::vector<Word> content;
    for (;;) {
        const auto head = head_at(place);
        if (!head || head->place != place) break;
        const std::size_t bytes = padded_bytes(head->words + kHeadWords);
        if (place + bytes - start > capacity_) break;
        content.resize(head->words);
        if (!read_ring(place + kHeadWords * sizeof(Word), content) || !fits(*head, content)) break;
        sink(content, place + bytes);
        place += bytes;
    }
    expect_nothing_behind(place);
}

// A block is written when the one before is durable (A3).
void LogFile::expect_nothing_behind(std::uint64_t place) const {
    std::vector<Word> piece(kAheadBytes / sizeof(Word));
    constexpr std::size_t kSectorWords = kSectorBytes / sizeof(Word);
    for (std::uint64_t done = 0; done < written_;) {
        const std::size_t bytes = std::min<std::uint64_t>(kAheadBytes, written_ - done);
        const std::span<Word> words = std::span(piece).first(bytes / sizeof(Word));
        if (read_at(kHeadBytes + done, words.data(), bytes) != bytes) return;
        for (std::size_t i = 0; i < words.size(); i += kSectorWords) {
            const auto head = read_head(Words(words).subspan(i), number_);
            if (!head || !may_be(*head) || head->place <= place ||
                head->place % capacity_ != done + i * sizeof(Word))
                continue;
            std::vector<Word> content(head->words);
            if (read_ring(head->place + kHeadWords * sizeof(Word), content) && fits(*head, content))
                throw CorruptionError(
                    fmt::format("{}: the commit log is damaged at {}: commits that were durable "
                                "are lost, those "
                                "at {} and behind are there",
                                name_, place, head->place));
        }
        done += bytes;
    }
}

void sync_folder(const std::filesystem::path& file) {
    const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;  // a folder that may be written but not read: nothing to be done
    const int result = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    if (result != 0 && error != EINVAL)
        throw StorageError(file.string() + ": " + std::generic_category().message(error));
}

}  // namespace

std::filesystem::path log_path(const std::filesystem::path& store) {
    // Behind symbolic links it is one log, whatever name the store goes by; and the same before the
    // store is made, when a link leads nowhere yet.
    constexpr int kMostLinks = 40;
    std::error_code error;
    std::filesystem::path real = std::filesystem::absolute(store, error);
    if (error) return store.string() + "-log";  // no name of a file: opening it says so
    for (int i = 0; i < kMostLinks && std::filesystem::is_symlink(real, error); ++i) {
        const std::filesystem::path target = std::filesystem::read_symlink(real, error);
        if (error) break;
        real = real.parent_path() / target;
    }
    const std::filesystem::path canonical = std::filesystem::weakly_canonical(real, error);
    return (error ? real : canonical).string() + "-log";
}

std::unique_ptr<CommitLog> make_log_file(const std::filesystem::path& file, Identity store,
                                         std::size_t bytes) {
    auto log = std::make_unique<LogFile>(file, O_RDWR | O_CREAT | O_TRUNC);
    log->make(store, bytes);
    sync_folder(file);
    return log;
}

std::unique_ptr<CommitLog> open_log_file(const std::filesystem::path& file, Identity store,
                                         LogMark mark) {
    std::error_code error;
    if (!std::filesystem::exists(file, error) && !error)
        throw StorageError(
            fmt::format("{}: the store's commit log is missing; without it the commits that are "
                        "not in the store's file yet are lost (what is in it, `vitrine salvage` "
                        "brings into a new store)",
                        file.string()));
    auto log = std::make_unique<LogFile>(file, O_RDONLY);
    log->open(store, mark);
    return log;
}

bool is_log_file(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return false;
    Word magic = 0;
    const bool read = ::pread(descriptor, &magic, sizeof magic, 0) == sizeof magic;
    ::close(descriptor);
    return read && magic == kMagic;
}

}  // namespace vitrine::core::log
