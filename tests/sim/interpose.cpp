// The pthread primitives of the simulation: for an actor (scheduler.hpp), waiting is the scheduler's
// matter and time is simulated; for any other thread they are the system's. The program's definitions
// come before those of the C library, also for calls from shared libraries.
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include <linux/futex.h>
#include <linux/membarrier.h>

#include "tests/sim/scheduler.hpp"

namespace {

using std::chrono::nanoseconds;
using vitrine::sim::Actor;
using vitrine::sim::Scheduler;

/// The C library's own function, looked up at its first call.
template <class Function>
class Real {
  public:
    /// Some have an old form beside the one in use, which a look-up without a version finds.
    constexpr explicit Real(const char* name, const char* version = nullptr)
        : name_(name), version_(version) {}

    template <class... Arguments>
    auto operator()(Arguments... arguments) {
        if (function_ == nullptr) {
            void* found = version_ != nullptr ? ::dlvsym(RTLD_NEXT, name_, version_) : nullptr;
            if (found == nullptr) found = ::dlsym(RTLD_NEXT, name_);
            if (found == nullptr) std::abort();
            function_ = reinterpret_cast<Function*>(found);
        }
        return function_(arguments...);
    }

  private:
    const char* const name_;
    const char* const version_;
    Function* function_ = nullptr;
};

constinit Real<int(pthread_mutex_t*)> real_pthread_mutex_lock("pthread_mutex_lock");
constinit Real<int(pthread_mutex_t*)> real_pthread_mutex_trylock("pthread_mutex_trylock");
constinit Real<int(pthread_mutex_t*)> real_pthread_mutex_unlock("pthread_mutex_unlock");
constinit Real<int(pthread_cond_t*, pthread_mutex_t*)> real_pthread_cond_wait("pthread_cond_wait",
                                                                              "GLIBC_2.3.2");
constinit Real<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)> real_pthread_cond_timedwait(
    "pthread_cond_timedwait", "GLIBC_2.3.2");
constinit Real<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>
    real_pthread_cond_clockwait("pthread_cond_clockwait");
constinit Real<int(pthread_cond_t*)> real_pthread_cond_signal("pthread_cond_signal", "GLIBC_2.3.2");
constinit Real<int(pthread_cond_t*)> real_pthread_cond_broadcast("pthread_cond_broadcast",
                                                                 "GLIBC_2.3.2");
constinit Real<int(pthread_rwlock_t*)> real_pthread_rwlock_rdlock("pthread_rwlock_rdlock");
constinit Real<int(pthread_rwlock_t*)> real_pthread_rwlock_wrlock("pthread_rwlock_wrlock");
constinit Real<int(pthread_rwlock_t*)> real_pthread_rwlock_tryrdlock("pthread_rwlock_tryrdlock");
constinit Real<int(pthread_rwlock_t*)> real_pthread_rwlock_trywrlock("pthread_rwlock_trywrlock");
constinit Real<int(pthread_rwlock_t*)> real_pthread_rwlock_unlock("pthread_rwlock_unlock");
constinit Real<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)> real_pthread_create(
    "pthread_create");
constinit Real<int(pthread_t, void**)> real_pthread_join("pthread_join");
constinit Real<int()> real_sched_yield("sched_yield");
constinit Real<int(const timespec*, timespec*)> real_nanosleep("nanosleep");
constinit Real<int(clockid_t, int, const timespec*, timespec*)> real_clock_nanosleep(
    "clock_nanosleep");
constinit Real<int(clockid_t, timespec*)> real_clock_gettime("clock_gettime");
constinit Real<long(long, ...)> real_syscall("syscall");

constexpr std::size_t kAll = ~std::size_t{0};

nanoseconds of(const timespec& time) {
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

void sleep_for(nanoseconds span) {
    Scheduler& run = Scheduler::of_run();
    run.wait_on(nullptr, "sleep", run.now() + span, false);
}

/// Only tries while it can be had, so that an actor never blocks in the system.
template <class Try>
int acquire(const void* lock, const char* place, Try&& try_lock) {
    Scheduler& run = Scheduler::of_run();
    run.pass(place, Scheduler::kLock);
    for (;;) {
        const int result = try_lock();
        if (result != EBUSY) return result;
        run.wait_on(lock, place, std::nullopt, false);
    }
}

int wait_on_condition(pthread_cond_t* condition, pthread_mutex_t* mutex,
                      std::optional<nanoseconds> until) {
    Scheduler& run = Scheduler::of_run();
    real_pthread_mutex_unlock(mutex);
    run.wake(mutex, 1);
    const bool woken = run.wait_on(condition, "condition", until, true);
    acquire(mutex, "relock", [&] { return real_pthread_mutex_trylock(mutex); });
    return woken ? 0 : ETIMEDOUT;
}

/// A thread that an actor starts is one too. Its end is where the thread-local objects are gone.
struct Started {
    Actor* actor;
    void* (*body)(void*);
    void* argument;
};

pthread_key_t end_key() {
    static const pthread_key_t key = [] {
        pthread_key_t made{};
        ::pthread_key_create(
            &made, [](void* actor) { Scheduler::of_run().finish(*static_cast<Actor*>(actor)); });
        return made;
    }();
    return key;
}

void* run_started(void* argument) {
    const std::unique_ptr<Started> started(static_cast<Started*>(argument));
    Scheduler::become(*started->actor);
    ::pthread_setspecific(end_key(), started->actor);
    return started->body(started->argument);
}

}  // namespace

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    if (Scheduler::mine() == nullptr) return real_pthread_mutex_lock(mutex);
    return acquire(mutex, "lock", [&] { return real_pthread_mutex_trylock(mutex); });
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
    if (Scheduler::mine() != nullptr) Scheduler::of_run().pass("try_lock", Scheduler::kLock);
    return real_pthread_mutex_trylock(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    const int result = real_pthread_mutex_unlock(mutex);
    if (Scheduler::mine() != nullptr) {
        Scheduler::of_run().wake(mutex, 1);
        Scheduler::of_run().pass("unlock", Scheduler::kLock);
    }
    return result;
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    if (Scheduler::mine() == nullptr) return real_pthread_cond_wait(condition, mutex);
    return wait_on_condition(condition, mutex, std::nullopt);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
    if (Scheduler::mine() == nullptr) return real_pthread_cond_timedwait(condition, mutex, until);
    return wait_on_condition(condition, mutex, of(*until));
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
    if (Scheduler::mine() == nullptr)
        return real_pthread_cond_clockwait(condition, mutex, clock, until);
    return wait_on_condition(condition, mutex, of(*until));
}

int pthread_cond_signal(pthread_cond_t* condition) noexcept {
    if (Scheduler::mine() == nullptr) return real_pthread_cond_signal(condition);
    Scheduler::of_run().wake(condition, 1);
    return 0;
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
    if (Scheduler::mine() == nullptr) return real_pthread_cond_broadcast(condition);
    Scheduler::of_run().wake(condition, kAll);
    return 0;
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
    if (Scheduler::mine() == nullptr) return real_pthread_rwlock_rdlock(lock);
    return acquire(lock, "lock shared", [&] { return real_pthread_rwlock_tryrdlock(lock); });
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
    if (Scheduler::mine() == nullptr) return real_pthread_rwlock_wrlock(lock);
    return acquire(lock, "lock", [&] { return real_pthread_rwlock_trywrlock(lock); });
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
    const int result = real_pthread_rwlock_unlock(lock);
    if (Scheduler::mine() != nullptr) {
        Scheduler::of_run().wake(lock, kAll);
        Scheduler::of_run().pass("unlock", Scheduler::kLock);
    }
    return result;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                   void* argument) noexcept {
    if (Scheduler::mine() == nullptr)
        return real_pthread_create(thread, attributes, body, argument);
    Scheduler& run = Scheduler::of_run();
    Actor& actor = run.make_thread();
    auto started = std::make_unique<Started>(Started{&actor, body, argument});
    const int result = real_pthread_create(thread, attributes, &run_started, started.get());
    if (result != 0) return result;
    started.release();
    actor.thread = *thread;
    run.start_thread(actor);
    run.pass("start a thread");
    return 0;
}

int pthread_join(pthread_t thread, void** result) {
    if (Scheduler::mine() != nullptr) {
        Scheduler& run = Scheduler::of_run();
        if (Actor* actor = run.find_thread(thread)) run.join(*actor);
    }
    return real_pthread_join(thread, result);
}

int sched_yield() noexcept {
    if (Scheduler::mine() == nullptr) return real_sched_yield();
    Scheduler::of_run().give_way();
    return 0;
}

int nanosleep(const timespec* span, timespec* left) {
    if (Scheduler::mine() == nullptr) return real_nanosleep(span, left);
    sleep_for(of(*span));
    return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
    if (Scheduler::mine() == nullptr) return real_clock_nanosleep(clock, flags, time, left);
    const nanoseconds given = of(*time);
    sleep_for((flags & TIMER_ABSTIME) != 0 ? given - Scheduler::of_run().now() : given);
    return 0;
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    if (Scheduler::mine() == nullptr) return real_clock_gettime(clock, time);
    const nanoseconds now = Scheduler::of_run().now();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now);
    time->tv_sec = seconds.count();
    time->tv_nsec = (now - seconds).count();
    return 0;
}

/// std::atomic::wait and Cap'n Proto's mutexes come here. membarrier has nothing to do: handing the
/// baton on is a full barrier.
/// Takes as many arguments as there can be, of which fewer may have been given.
__attribute__((no_sanitize("address"))) long syscall(long number, ...) noexcept {
    std::va_list list;
    va_start(list, number);
    long arguments[6];
    for (long& argument : arguments) argument = va_arg(list, long);
    va_end(list);
    if (Scheduler::mine() != nullptr && number == SYS_membarrier &&
        arguments[0] == MEMBARRIER_CMD_PRIVATE_EXPEDITED) {
        Scheduler::of_run().pass("membarrier");
        return 0;
    }
    if (Scheduler::mine() != nullptr && number == SYS_futex) {
        Scheduler& run = Scheduler::of_run();
        auto* const word = reinterpret_cast<const std::uint32_t*>(arguments[0]);
        const long operation = arguments[1] & FUTEX_CMD_MASK;
        if (operation == FUTEX_WAKE || operation == FUTEX_WAKE_BITSET)
            return static_cast<long>(run.wake(word, static_cast<std::size_t>(arguments[2])));
        if (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET) {
            if (__atomic_load_n(word, __ATOMIC_SEQ_CST) !=
                static_cast<std::uint32_t>(arguments[2])) {
                errno = EAGAIN;
                return -1;
            }
            std::optional<nanoseconds> until;
            if (const auto* time = reinterpret_cast<const timespec*>(arguments[3]))
                until = of(*time) + (operation == FUTEX_WAIT ? run.now() : nanoseconds(0));
            if (run.wait_on(word, "futex", until, true)) return 0;
            errno = ETIMEDOUT;
            return -1;
        }
    }
    return real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                        arguments[4], arguments[5]);
}

}  // extern "C"
