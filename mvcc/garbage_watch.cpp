#include "mvcc/garbage_watch.hpp"

#include <vitrine/error.hpp>

#include "core/schema/references.hpp"
#include "core/schema/registry.hpp"

namespace vitrine::mvcc {

void GarbageWatch::claim() {
    const std::lock_guard lock(mutex_);
    if (claimed_) throw UsageError("a collection of garbage is running already");
    claimed_ = true;
}

void GarbageWatch::begin(std::shared_ptr<MarkSet> marks) {
    const std::lock_guard lock(mutex_);
    marks_ = std::move(marks);
    active_.store(true, std::memory_order_relaxed);
}

void GarbageWatch::end() noexcept {
    const std::lock_guard lock(mutex_);
    active_.store(false, std::memory_order_relaxed);
    marks_.reset();
    claimed_ = false;
}

bool GarbageWatch::close(Version after) {
    const std::lock_guard lock(mutex_);
    if (!marks_->close(after)) return false;
    last_closed_.store(after.value(), std::memory_order_relaxed);  // before the number: its release
    // release: partner is closings(); who began with the new number began after this moment.
    closings_.fetch_add(1, std::memory_order_release);
    return true;
}

bool GarbageWatch::tell_read(ObjectId id, std::uint64_t closings) {
    const auto told = marks();
    return !told || told->spare(id) || closings != this->closings();
}

void GarbageWatch::tell_written(TypeId type, Words payload) {
    const auto told = marks();
    if (!told) return;
    if (payload.empty()) return;
    // Of a type without a schema nothing is known to refer; who follows it says that it is damaged.
    const auto stored = types_.find(type);
    if (!stored) return;
    core::schema::visit_targets(stored->schema, payload,
                                [&](ObjectId target) { told->spare(target); });
}

void GarbageWatch::tell_reference(ObjectId target) {
    if (const auto told = marks()) told->spare(target);
}

std::optional<Version> GarbageWatch::find_condemned(ObjectId id) const {
    const auto told = marks();
    return told ? told->condemned(id) : std::nullopt;
}

}  // namespace vitrine::mvcc
