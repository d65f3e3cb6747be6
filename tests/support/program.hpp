#pragma once

#include <atomic>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

/// What the programs of tests/{sim,crash,stress,fuzz} share: arguments, figures, and counting what
/// is wrong.
namespace vitrine::test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

/// `--name value` pairs. Without any, a program runs its short form.
class Arguments {
  public:
    Arguments(int count, char** values) : values_(values + 1, values + count) {}

    [[nodiscard]] std::string_view text(std::string_view name, std::string_view otherwise) const {
        for (std::size_t i = 0; i + 1 < values_.size(); i += 2)
            if (values_[i] == name) return values_[i + 1];
        return otherwise;
    }
    [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t otherwise) const {
        const std::string_view found = text(name, {});
        std::from_chars(found.data(), found.data() + found.size(), otherwise);
        return otherwise;
    }

  private:
    std::vector<std::string_view> values_;
};

/// What a program found wrong. Threads: any.
class Findings {
  public:
    void add(const std::string& what) {
        constexpr std::uint64_t kShown = 20;
        if (count_.fetch_add(1) >= kShown) return;
        const std::lock_guard lock(mutex_);
        std::cerr << "WRONG: " << what << std::endl;
    }
    /// `what` is only made when it is needed.
    template <class What>
    void expect(bool good, What&& what) {
        if (!good) [[unlikely]]
            add(what());
    }
    [[nodiscard]] std::uint64_t count() const { return count_.load(); }

    /// Prints the outcome; the program's exit code.
    [[nodiscard]] int result() const {
        std::cout << (count() == 0 ? "ok" : "FAILED: " + std::to_string(count()) + " wrong")
                  << std::endl;
        return count() == 0 ? 0 : 1;
    }

  private:
    std::atomic<std::uint64_t> count_{0};
    std::mutex mutex_;
};

/// What a run has to show for itself, in a line that tests/torture adds up over all runs.
inline void figure(std::string_view name, std::uint64_t value) {
    std::cout << "figure: " << name << ": " << value << std::endl;
}

/// Runs a thread's work so that what it throws is a finding, not the end of the program.
template <class Work>
void guarded(Findings& findings, std::string_view who, Work&& work) {
    try {
        work();
    } catch (const std::exception& error) {
        findings.add(std::string(who) + " threw: " + error.what());
    }
}

}  // namespace vitrine::test
