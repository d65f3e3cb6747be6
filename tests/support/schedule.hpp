#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace vitrine::test {

/// Forces a schedule: named threads ("actors") are stopped at yield points (mvcc/yield_point.hpp)
/// and let go by the test. One Schedule at a time; threads that are not actors pass every point.
///
///     Schedule schedule;
///     schedule.hold("loader", "load:read");
///     schedule.start("loader", [&] { ... });
///     schedule.await("loader");          // it stands at load:read
///     ... commit something ...
///     schedule.release("loader");
///     schedule.join("loader");           // rethrows what the actor threw
class Schedule {
  public:
    Schedule();
    ~Schedule();  // lets everybody go and joins
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;

    /// The actor will stop the next time it comes to `place`. One place at a time.
    void hold(const std::string& actor, std::string place);
    void start(const std::string& actor, std::function<void()> body);
    /// Waits until the actor stands where it was told to stop.
    void await(const std::string& actor);
    void release(const std::string& actor);
    void join(const std::string& actor);

  private:
    struct Actor {
        std::string stop_at;
        bool standing = false;
        bool ended = false;
        std::exception_ptr failure;
        std::thread thread;
    };
    static void on_yield(const char* place);
    void arrive(const std::string& name, const char* place);

    std::mutex mutex_;
    std::condition_variable moved_;
    std::map<std::string, Actor> actors_;
    bool over_ = false;
};

}  // namespace vitrine::test
