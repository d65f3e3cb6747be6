#include "tests/sim/scheduler.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string_view>

#include "mvcc/yield_point.hpp"

namespace vitrine::sim {
namespace {

constexpr std::uint64_t kMostPoints = 50'000'000;
constexpr std::chrono::nanoseconds kStart{std::chrono::seconds(1'000'000'000)};

thread_local Actor* my_actor = nullptr;
Scheduler* the_run = nullptr;

void take(sem_t& baton) {
    while (::sem_wait(&baton) != 0 && errno == EINTR) {
    }
}

}  // namespace

Actor* Scheduler::mine() noexcept { return my_actor; }
Scheduler& Scheduler::of_run() noexcept { return *the_run; }

Scheduler::Scheduler() {
    ::sem_init(&over_, 0, 0);
    the_run = this;
    mvcc::yield_hook.store(&Scheduler::on_yield, std::memory_order_release);
    // Made once: per-thread numbers that the store gives out stay the same from run to run.
    for (std::size_t i = 0; i < kClients; ++i) {
        clients_.push_back(std::make_unique<Actor>());
        pool_.emplace_back([this, &actor = *clients_.back()] { worker(actor); });
    }
}

Scheduler::~Scheduler() {
    stopping_ = true;
    for (auto& client : clients_) ::sem_post(&client->baton);
    for (std::thread& thread : pool_) thread.join();
    mvcc::yield_hook.store(nullptr);
    the_run = nullptr;
    ::sem_destroy(&over_);
}

void Scheduler::worker(Actor& actor) {
    for (;;) {
        take(actor.baton);
        if (stopping_) return;
        my_actor = &actor;
        actor.body();
        my_actor = nullptr;
        finish(actor);
    }
}

void Scheduler::reset(std::uint64_t seed) {
    seed_ = seed;
    random_.seed(seed * 0x9e3779b97f4a7c15ULL + 1);
    constexpr std::array<std::uint64_t, 5> kDistances{1, 2, 5, 14, 60};
    priorities_ = choose(3) == 0;
    changes_left_ = choose(6) + 1;
    mean_distance_ = kNamed * (priorities_ ? std::uint64_t{16} << choose(6)
                                           : kDistances[choose(kDistances.size())]);
    draw_distance();
    now_ = kStart;
    points_ = switches_ = trace_ = noted_ = 0;
    used_ = alive_ = 0;
    threads_.clear();
    actors_.clear();
}

void Scheduler::begin(Actor& actor) {
    actor.state = Actor::State::runnable;
    actor.place = "start";
    actor.number = actors_.size();
    actor.waits_for = nullptr;
    actor.deadline.reset();
    actor.priority = kClients + random_() % 1'000'000;
    actors_.push_back(&actor);
    ++alive_;
}

Actor& Scheduler::add(std::string name, std::function<void()> body) {
    if (used_ == kClients) throw std::logic_error("too many clients");
    Actor& actor = *clients_[used_++];
    actor.name = std::move(name);
    actor.body = std::move(body);
    begin(actor);
    return actor;
}

void Scheduler::join(const Actor& actor) {
    while (actor.state != Actor::State::ended) wait_on(&actor, "join", std::nullopt, false);
}

void Scheduler::run() {
    if (Actor* first = pick()) {
        ::sem_post(&first->baton);
        take(over_);
    }
}

Actor& Scheduler::make_thread() {
    Actor& actor = threads_.emplace_back();
    actor.name = "thread " + std::to_string(threads_.size());
    return actor;
}

void Scheduler::start_thread(Actor& actor) { begin(actor); }

void Scheduler::become(Actor& actor) {
    my_actor = &actor;
    take(actor.baton);
}

Actor* Scheduler::find_thread(std::uint64_t thread) {
    for (Actor& actor : threads_)
        if (actor.thread == thread) return &actor;
    return nullptr;
}

void Scheduler::on_yield(const char* place) {
    if (my_actor != nullptr) the_run->pass(place);
}

void Scheduler::note(const Actor& actor, const char* place) {
    for (const char c : std::string_view(place))
        trace_ = (trace_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    trace_ = (trace_ ^ actor.number ^ points_ << 8) * 0x100000001b3ULL;
    last_[noted_++ % last_.size()] = {&actor, place};
}

void Scheduler::draw_distance() {
    until_switch_ = static_cast<std::int64_t>(1 + choose(2 * mean_distance_));
}

void Scheduler::switch_at(const char* place) {
    Actor& me = *my_actor;
    me.place = place;
    note(me, place);
    if (points_ > kMostPoints) give_up(kEndless, "the run does not end");
    draw_distance();
    if (priorities_) {
        if (changes_left_ == 0) return;
        me.priority = --changes_left_;  // below all that began
    }
    Actor* next = pick();
    if (next != &me) hand_to(*next, &me);
}

void Scheduler::give_way() {
    // Whoever spins waits for somebody; as a sleeper it is not picked before the others had a turn.
    wait_on(nullptr, "yield", now_ + std::chrono::nanoseconds(1 + choose(30'000)), false);
}

bool Scheduler::wait_on(const void* address, const char* place,
                        std::optional<std::chrono::nanoseconds> until, bool may_wake_early) {
    Actor& me = *my_actor;
    me.place = place;
    me.state = Actor::State::waiting;
    me.waits_for = address;
    me.deadline = until;
    me.may_wake_early = may_wake_early;
    me.timed_out = false;
    ++points_;
    note(me, place);
    if (points_ > kMostPoints) give_up(kEndless, "the run does not end");
    Actor* next = pick();
    if (next != &me) hand_to(*next, &me);
    return !me.timed_out;
}

std::size_t Scheduler::wake(const void* address, std::size_t count) {
    std::size_t woken = 0;
    while (woken < count) {
        std::array<Actor*, 64> there{};
        std::size_t found = 0;
        for (Actor* actor : actors_)
            if (actor->state == Actor::State::waiting && actor->waits_for == address &&
                found < there.size())
                there[found++] = actor;
        if (found == 0) break;
        there[found == 1 ? 0 : choose(found)]->state = Actor::State::runnable;
        ++woken;
    }
    return woken;
}

void Scheduler::expire() {
    for (Actor* actor : actors_) {
        if (actor->state != Actor::State::waiting || !actor->deadline || *actor->deadline > now_)
            continue;
        actor->state = Actor::State::runnable;
        actor->timed_out = true;
    }
}

Actor* Scheduler::pick() {
    now_ += std::chrono::nanoseconds(1 + choose(20'000));
    expire();
    for (;;) {
        std::array<Actor*, 64> ready{};
        std::size_t count = 0;
        Actor* early = nullptr;
        std::optional<std::chrono::nanoseconds> next_deadline;
        for (Actor* actor : actors_) {
            if (actor->state == Actor::State::runnable) {
                if (count < ready.size()) ready[count++] = actor;
            } else if (actor->state == Actor::State::waiting) {
                if (actor->may_wake_early) early = actor;
                if (actor->deadline)
                    next_deadline =
                        std::min(next_deadline.value_or(*actor->deadline), *actor->deadline);
            }
        }
        // Waits may end without a reason.
        if (early != nullptr && count != 0 && choose(256) == 0) {
            early->state = Actor::State::runnable;
            continue;
        }
        if (count != 0) {
            if (!priorities_) return count == 1 ? ready[0] : ready[choose(count)];
            // A spinning favourite would keep the one that it waits for from running.
            if (choose(64) == 0) return ready[choose(count)];
            return *std::max_element(
                ready.begin(), ready.begin() + static_cast<std::ptrdiff_t>(count),
                [](const Actor* a, const Actor* b) { return a->priority < b->priority; });
        }
        if (!next_deadline) {
            if (alive_ == 0) return nullptr;
            give_up(kDeadlock, "everybody waits");
        }
        now_ = std::max(now_, *next_deadline);
        expire();
    }
}

void Scheduler::hand_to(Actor& next, Actor* from) {
    ++switches_;
    ::sem_post(&next.baton);
    if (from != nullptr) take(from->baton);
}

void Scheduler::finish(Actor& actor) {
    actor.state = Actor::State::ended;
    actor.place = "ended";
    note(actor, "ended");
    --alive_;
    wake(&actor, ~std::size_t{0});
    if (alive_ == 0) {
        ::sem_post(&over_);
        return;
    }
    hand_to(*pick(), nullptr);
}

void Scheduler::print_last(std::size_t count) const {
    const std::uint64_t first = noted_ > count ? noted_ - std::min(count, last_.size()) : 0;
    for (std::uint64_t i = first; i < noted_; ++i) {
        const Event& event = last_[i % last_.size()];
        std::fprintf(stderr, "  %s: %s\n", event.actor->name.c_str(), event.place);
    }
}

void Scheduler::give_up(int code, const char* why) {
    std::fprintf(stderr, "WRONG: seed %llu: %s\n", static_cast<unsigned long long>(seed_), why);
    for (const Actor* actor : actors_)
        std::fprintf(stderr, "  %s stands at %s%s\n", actor->name.c_str(), actor->place,
                     actor->state == Actor::State::waiting ? ", waiting" : "");
    std::fprintf(stderr, "the last events:\n");
    print_last(60);
    std::fflush(nullptr);
    ::_exit(code);
}

}  // namespace vitrine::sim
