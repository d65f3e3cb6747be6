#include "tests/support/schedule.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "mvcc/yield_point.hpp"

namespace vitrine::test {
namespace {

constexpr std::chrono::seconds kLost{60};  // a schedule that never happens fails, it does not hang

std::atomic<Schedule*> current{nullptr};
thread_local const std::string* actor_name = nullptr;

}  // namespace

Schedule::Schedule() {
    current.store(this);
    mvcc::yield_hook.store(&Schedule::on_yield, std::memory_order_release);
}

Schedule::~Schedule() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    moved_.notify_all();
    for (auto& [name, actor] : actors_)
        if (actor.thread.joinable()) actor.thread.join();
    mvcc::yield_hook.store(nullptr);
    current.store(nullptr);
}

void Schedule::on_yield(const char* place) {
    if (actor_name == nullptr) return;
    current.load()->arrive(*actor_name, place);
}

void Schedule::arrive(const std::string& name, const char* place) {
    std::unique_lock lock(mutex_);
    Actor& actor = actors_.at(name);
    if (over_ || actor.stop_at != place) return;
    actor.stop_at.clear();
    actor.standing = true;
    moved_.notify_all();
    moved_.wait(lock, [&] { return over_ || !actor.standing; });
}

void Schedule::hold(const std::string& actor, std::string place) {
    const std::lock_guard lock(mutex_);
    actors_[actor].stop_at = std::move(place);
}

void Schedule::start(const std::string& actor, std::function<void()> body) {
    const std::lock_guard lock(mutex_);
    const auto entry = actors_.try_emplace(actor).first;
    if (entry->second.thread.joinable()) throw std::logic_error(actor + " runs already");
    entry->second.ended = false;
    entry->second.thread = std::thread([this, &entry = *entry, body = std::move(body)] {
        actor_name = &entry.first;
        std::exception_ptr failure;
        try {
            body();
        } catch (...) {
            failure = std::current_exception();
        }
        actor_name = nullptr;
        const std::lock_guard end_lock(mutex_);
        entry.second.failure = failure;
        entry.second.ended = true;
        moved_.notify_all();
    });
}

void Schedule::await(const std::string& actor) {
    std::unique_lock lock(mutex_);
    Actor& one = actors_.at(actor);
    moved_.wait_for(lock, kLost, [&] { return one.standing || one.ended; });
    if (!one.standing)
        throw std::runtime_error(actor + " never came to " +
                                 (one.stop_at.empty() ? "its place" : one.stop_at));
}

void Schedule::release(const std::string& actor) {
    const std::lock_guard lock(mutex_);
    actors_.at(actor).standing = false;
    moved_.notify_all();
}

void Schedule::join(const std::string& actor) {
    std::thread thread;
    {
        std::unique_lock lock(mutex_);
        Actor& one = actors_.at(actor);
        if (!moved_.wait_for(lock, kLost, [&] { return one.ended; }))
            throw std::runtime_error(actor + " does not end");
        thread.swap(one.thread);
    }
    thread.join();
    std::exception_ptr failure;
    {
        const std::lock_guard lock(mutex_);
        failure = std::exchange(actors_.at(actor).failure, nullptr);
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace vitrine::test
