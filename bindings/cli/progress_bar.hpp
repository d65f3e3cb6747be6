#pragma once

#include <chrono>
#include <string>

#include <vitrine/options.hpp>

namespace vitrine::cli {

/// A line on stderr that shows how far a long operation has come, and a Ctrl-C that ends it cleanly.
/// The line is drawn on a terminal only, ten times a second at most, and wiped out at the end, so
/// that logs and pipes never see it.
///
///     ProgressBar bar("verifying");
///     const VerifyReport report = btree::verify(snapshot, bar.progress());
///
/// While one lives, SIGINT and SIGTERM do not end the process but make progress() return false;
/// a second one ends it at once. Threads: the calls of one progress at a time. One at a time.
class ProgressBar {
  public:
    /// `what`: shown before the bar, "verifying". `shown`: false where the answer itself goes to the
    /// terminal meanwhile, and the two would mix.
    explicit ProgressBar(std::string what, bool shown = true);
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;
    ~ProgressBar();

    /// Lifetime: the bar's. `total` 0: not known, the count alone is shown.
    Progress progress();

    /// Shows the state; false when the user asked to stop.
    bool update(std::uint64_t done, std::uint64_t total);
    /// update(), as an error. Throws: CancelledError("… was cancelled").
    void step(std::uint64_t done, std::uint64_t total);

  private:
    using Clock = std::chrono::steady_clock;
    void draw(std::uint64_t done, std::uint64_t total) const;

    const std::string what_;
    const bool terminal_;
    bool drawn_ = false;
    Clock::time_point next_{};
};

/// Whether a Ctrl-C came while a ProgressBar lived.
bool interrupted();
/// Waits so long, or until a Ctrl-C comes or came. Requires: a ProgressBar lives; one thread.
void wait_unless_interrupted(std::chrono::duration<double> span);
/// The same until there is something to read, or the end of it.
void wait_for_input(int descriptor);

}  // namespace vitrine::cli
