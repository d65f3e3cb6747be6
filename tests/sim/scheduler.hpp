#pragma once

#include <semaphore.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace vitrine::sim {

class Scheduler;

/// A logical client: a thread that runs only while it has the baton.
struct Actor {
    enum class State : std::uint8_t { idle, runnable, waiting, ended };

    Actor() { ::sem_init(&baton, 0, 0); }
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;
    ~Actor() { ::sem_destroy(&baton); }

    std::string name;
    std::uint64_t number = 0;  // in its run
    std::function<void()> body;
    State state = State::idle;
    const void* waits_for = nullptr;                   // an address, or nothing: time only
    std::optional<std::chrono::nanoseconds> deadline;  // of the wait, in simulated time
    bool may_wake_early = false;                       // waits on conditions and futexes may
    bool timed_out = false;                            // how the last wait ended
    std::uint64_t priority = 0;
    const char* place = "start";
    std::uint64_t thread = 0;  // the pthread_t of a thread that an actor started
    sem_t baton{};
};

/// Runs many clients, one at a time, in an order that one number decides: a simulation of
/// concurrency on (at any moment) one thread. A client may lose the baton at every yield point of the
/// store (mvcc/yield_point.hpp), at every lock, unlock, wait and wake of a pthread primitive
/// (interpose.cpp), and where its own code says so. Time is simulated too: it moves by microseconds
/// at each switch, and jumps to the next deadline when everybody waits.
///
/// Clients are real threads that hand the baton on, and not fibers, because the store keeps things per
/// thread (its slots in the epochs, say): so the code that runs is the code that is shipped, down to
/// std::mutex. What does not happen here is what needs two processors at once, weak memory ordering:
/// that is the thread sanitizer's and the stress tests' part.
///
/// Sources of schedules: uniform random walks with several rates of switching, and priorities with a
/// few random change points (Burckhardt et al., "A randomized scheduler with probabilistic
/// guarantees of finding bugs", ASPLOS 2010).
///
/// Threads: run() by one thread of the process at a time; what is below "of actors" by the one
/// that has the baton.
class Scheduler {
  public:
    static constexpr std::size_t kClients = 9;

    Scheduler();
    ~Scheduler();
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    /// A run begins: forgets the last one.
    void reset(std::uint64_t seed);
    /// A client of the next run, or, by an actor, of this one; at most kClients.
    Actor& add(std::string name, std::function<void()> body);
    /// Until all have ended. Ends the process (kDeadlock, kEndless), saying where everybody stands,
    /// when nobody can go on or the run does not end: threads cannot be taken back.
    void run();

    static constexpr int kDeadlock = 3;
    static constexpr int kEndless = 4;

    [[nodiscard]] std::uint64_t switches() const { return switches_; }
    [[nodiscard]] std::uint64_t points() const { return points_; }
    /// Of everything that was decided: equal runs have equal ones.
    [[nodiscard]] std::uint64_t trace() const { return trace_; }
    void print_last(std::size_t count) const;

    // Of actors.
    /// The actor that calls, or null.
    static Actor* mine() noexcept;
    /// The one whose run this is, for actors.
    static Scheduler& of_run() noexcept;

    /// Waits until it has ended.
    void join(const Actor& actor);
    /// Somebody else may run now. Locks count less than places with a name: there are many more.
    void pass(const char* place, std::int64_t weight = kNamed) {
        ++points_;
        if ((until_switch_ -= weight) <= 0) [[unlikely]]
            switch_at(place);
    }
    static constexpr std::int64_t kNamed = 16;
    static constexpr std::int64_t kLock = 1;
    /// Runs others until somebody wakes `address` or the time is reached. False when it was.
    bool wait_on(const void* address, const char* place,
                 std::optional<std::chrono::nanoseconds> until, bool may_wake_early);
    /// Makes at most `count` of those that wait there runnable.
    std::size_t wake(const void* address, std::size_t count);
    /// Somebody else runs now, if anybody can.
    void give_way();
    void start_thread(Actor& actor);
    /// The calling thread is this actor from now on, and waits for the baton.
    static void become(Actor& actor);
    /// An actor that an actor started, with that pthread_t; or null.
    Actor* find_thread(std::uint64_t thread);
    Actor& make_thread();
    void finish(Actor& actor);
    [[nodiscard]] std::chrono::nanoseconds now() const { return now_; }
    /// For choices of the simulation itself, in order.
    std::uint64_t choose(std::uint64_t below) { return below == 0 ? 0 : random_() % below; }

  private:
    struct Event {
        const Actor* actor;
        const char* place;
    };
    static void on_yield(const char* place);
    void worker(Actor& actor);
    void begin(Actor& actor);
    void switch_at(const char* place);
    void draw_distance();
    Actor* pick();
    void expire();
    void hand_to(Actor& next, Actor* from);
    void note(const Actor& actor, const char* place);
    [[noreturn]] void give_up(int code, const char* why);

    std::mt19937_64 random_;
    std::uint64_t seed_ = 0;
    std::uint64_t mean_distance_ = 1;  // between switches, in weights
    std::int64_t until_switch_ = 0;
    bool priorities_ = false;
    std::uint64_t changes_left_ = 0;
    std::chrono::nanoseconds now_{};
    std::uint64_t points_ = 0;
    std::uint64_t switches_ = 0;
    std::uint64_t trace_ = 0;
    std::array<Event, 512> last_{};
    std::uint64_t noted_ = 0;

    std::vector<std::unique_ptr<Actor>> clients_;  // the pool, for all runs
    std::vector<std::thread> pool_;
    std::size_t used_ = 0;
    std::deque<Actor> threads_;   // started by actors in this run
    std::vector<Actor*> actors_;  // of this run
    std::size_t alive_ = 0;
    sem_t over_{};
    bool stopping_ = false;
};

}  // namespace vitrine::sim
