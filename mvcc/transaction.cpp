#include "mvcc/transaction.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "mvcc/store.hpp"

namespace vitrine::mvcc {

Transaction::Transaction(Store& store, Snapshot base, TransactionOptions options)
    : store_(store),
      base_(std::move(base)),
      options_(std::move(options)),
      closings_(store.garbage().closings_seen_from(base_.version())) {}

Transaction::~Transaction() { end(); }

void Transaction::require_active() const {
    if (!active_) throw UsageError("the transaction has ended");
    if (store_.closed()) throw UsageError("the transaction's store is closed");
}

bool Transaction::sees(ObjectId id) const { return store_.garbage().sees(id, closings_); }

std::pair<ObjectId, capnp::MessageBuilder&> Transaction::create(TypeId type) {
    require_active();
    const ObjectId id = store_.allocate_id();
    WriteEntry& entry = writes_[id];
    entry.type = type;
    entry.copy = std::make_unique<WorkingCopy>();
    return {id, entry.copy->message()};
}

VersionHandle Transaction::read(ObjectId id) {
    if (const auto seen = reads_.find(id); seen != reads_.end()) return seen->second;
    if (!sees(id)) return reads_.emplace(id, VersionHandle{}).first->second;
    return reads_.emplace(id, base_.find(id)).first->second;
}

std::optional<ObjectState> Transaction::find(ObjectId id) {
    require_active();
    if (const auto mine = writes_.find(id); mine != writes_.end()) {
        const WriteEntry& entry = mine->second;
        if (!entry.copy) return std::nullopt;
        return ObjectState{
            entry.type, {}, &entry.copy->message(), entry.base ? entry.base->born() : Version{}};
    }
    const VersionHandle version = read(id);  // the read set keeps it
    if (!version) return std::nullopt;
    return ObjectState{version->type(), version->payload(), nullptr, version->born()};
}

capnp::MessageBuilder& Transaction::edit(ObjectId id) {
    require_active();
    if (const auto mine = writes_.find(id); mine != writes_.end() && mine->second.copy)
        return mine->second.copy->message();
    VersionHandle base = writes_.contains(id) ? VersionHandle{} : read(id);
    if (!base) throw NotFoundError(fmt::format("there is no object #{}", id.value));
    auto copy = std::make_unique<WorkingCopy>(base->payload());
    const TypeId type = base->type();
    return writes_.emplace(id, WriteEntry{type, std::move(base), std::move(copy), {}, true})
        .first->second.copy->message();
}

void Transaction::erase(ObjectId id) {
    require_active();
    if (const auto mine = writes_.find(id); mine != writes_.end()) {
        if (!mine->second.copy)
            throw NotFoundError(fmt::format("there is no object #{}", id.value));
        if (!mine->second.base) {
            writes_.erase(mine);  // made here: nothing remains, and a look-up finds nothing
        } else {
            mine->second.copy.reset();
        }
        return;
    }
    VersionHandle base = read(id);
    if (!base) throw NotFoundError(fmt::format("there is no object #{}", id.value));
    const TypeId type = base->type();
    writes_.emplace(id, WriteEntry{type, std::move(base), nullptr, {}, true});
}

void Transaction::restore(ObjectId id, TypeId type, Words payload) {
    require_active();
    WriteEntry& entry = writes_[id];
    // Made here, it is new whatever it becomes; else what was there at the base counts.
    if (!entry.base && !entry.copy) {
        entry.base = read(id);
        entry.restored = true;
    }
    entry.type = type;
    entry.copy = std::make_unique<WorkingCopy>(payload);
}

std::size_t Transaction::savepoint() {
    require_active();
    Saved saved{next_mark_, {}, participant_ ? participant_->mark() : 0};
    saved.writes.reserve(writes_.size());
    // Every copy, since a builder from before may still be written through.
    for (auto& [id, entry] : writes_) {
        Image image{entry.type, entry.base, std::nullopt, entry.restored};
        if (entry.copy) image.words = entry.copy->flatten();
        saved.writes.emplace_back(id, std::move(image));
    }
    savepoints_.push_back(std::move(saved));
    return next_mark_++;
}

void Transaction::rollback_to(std::size_t mark) {
    require_active();
    const auto found = std::find_if(savepoints_.begin(), savepoints_.end(),
                                    [&](const Saved& saved) { return saved.mark == mark; });
    if (found == savepoints_.end())
        throw UsageError("the savepoint is not one of this transaction, or was rolled back itself");
    WriteSet restored(&memory_);
    for (const auto& [id, image] : found->writes) {
        WriteEntry entry{image.type, image.base, nullptr, {}, true, image.restored};
        if (image.words) entry.copy = std::make_unique<WorkingCopy>(*image.words);
        restored.emplace(id, std::move(entry));
    }
    if (participant_) participant_->rollback_to(found->participant_mark);
    writes_.swap(restored);
    savepoints_.erase(std::next(found), savepoints_.end());
}

bool Transaction::prepare() {
    bool any = false;
    for (auto& [id, entry] : writes_) {
        if (entry.copy) {
            entry.flat = entry.copy->flatten();
            entry.differs = !entry.base || entry.base->type() != entry.type ||
                            !same_content(entry.base->payload(), entry.flat);
        }
        any = any || entry.differs;
    }
    return any || (participant_ && participant_->writes());
}

void Transaction::check_unchanged(const VersionHandle& seen, const char* deed) const {
    // Held since it was read, the version is still linked (T4), so its interval is up to date.
    const Version until = seen->until();
    if (until == core::kOpen) return;
    throw ConflictError(fmt::format("object #{} was {} here at version {} and changed by commit {}",
                                    seen->id().value, deed, base_.version().value(), until.value()),
                        until, {.object = core::to_ref(seen->id())});
}

// Makes one edit of two, where the program has a rule for the type.
bool Transaction::merge(CommitContext& context, ObjectId id, WriteEntry& entry) const {
    if (entry.base->until() == core::kOpen) return false;
    const auto rule = store_.mergers().find(entry.type);
    if (!rule || entry.base->type() != entry.type) return false;
    const ObjectVersion* theirs = context.newest(id);
    if (theirs == nullptr || theirs->type() != entry.type) return false;
    entry.flat = (*rule)(entry.base->payload(), theirs->payload(), entry.flat);
    return true;
}

void Transaction::check_absent(CommitContext& context, ObjectId id) const {
    const ObjectVersion* made = context.newest(id);
    if (made == nullptr || store_.garbage().condemned(id)) return;
    throw ConflictError(fmt::format("object #{} was not there at version {} and made by commit {}",
                                    id.value, base_.version().value(), made->born().value()),
                        made->born(), {.object = core::to_ref(id)});
}

// Under every isolation: that nobody used an object is why it is collected.
void Transaction::check_not_condemned(CommitContext& context) const {
    const GarbageWatch& garbage = store_.garbage();
    // Since this began one may also have come and gone.
    const bool collected = garbage.closings() != closings_;
    if (!garbage.active() && !collected) return;
    const auto check = [&](ObjectId id, bool changed) {
        auto since = garbage.condemned(id);
        if (!since && collected && changed && context.newest(id) == nullptr) {
            const ObjectVersion* tombstone = context.newest_or_tombstone(id);
            since = tombstone != nullptr ? tombstone->born() : context.number();
        }
        if (!since) return;
        throw ConflictError(fmt::format("object #{} was read here at version {} and collected as "
                                        "garbage after commit {}",
                                        id.value, base_.version().value(), since->value()),
                            *since, {.object = core::to_ref(id)});
    };
    for (const auto& [id, seen] : reads_)
        if (seen) check(id, seen->until() != core::kOpen && !writes_.contains(id));
    for (const ObjectId id : used_) check(id, true);
}

void Transaction::sequence(CommitContext& context) {
    check_not_condemned(context);
    for (auto& [id, entry] : writes_) {
        if (!entry.differs) continue;
        if (!entry.copy) {
            const ObjectVersion* newest = context.newest_or_tombstone(id);
            if (newest == nullptr || newest->tombstone()) continue;  // both erased it
        }
        if (entry.base && !(entry.copy && merge(context, id, entry)))
            check_unchanged(entry.base, entry.copy ? "edited" : "erased");
        if (!entry.base && entry.restored) {
            check_absent(context, id);
            context.put(id, entry.type, entry.flat);
        } else if (!entry.base) {
            context.create(id, entry.type, entry.flat);
        } else if (entry.copy) {
            context.put(id, entry.type, entry.flat);
        } else {
            context.erase(id, entry.type);
        }
    }
    if (context.serializable()) {
        for (const auto& [id, seen] : reads_) {
            if (const auto mine = writes_.find(id); mine != writes_.end() && mine->second.differs)
                continue;
            if (seen) {
                check_unchanged(seen, "read");
            } else {
                check_absent(context, id);
            }
        }
    }
    if (participant_) participant_->sequence(context);
}

Version Transaction::commit() {
    require_active();
    struct End {
        Transaction& transaction;
        ~End() { transaction.end(); }
    } const at_end{*this};
    if (!prepare()) return base_.version();
    return store_.pipeline().commit(
        base_, options_.isolation, [this](CommitContext& context) { sequence(context); },
        options_.note);
}

void Transaction::abort() noexcept { end(); }

void Transaction::end() noexcept {
    active_ = false;
    participant_.reset();
    savepoints_.clear();
    writes_.clear();
    reads_.clear();
    used_.clear();
}

}  // namespace vitrine::mvcc
