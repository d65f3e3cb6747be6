#include "mvcc/checkpoint.hpp"

#include <span>
#include <utility>

#include "mvcc/yield_point.hpp"

namespace vitrine::mvcc {
namespace {

/// Behind the changes that one step takes: at the beginning of an object.
std::size_t end_of_step(const std::vector<Change*>& changes, std::size_t begin, std::size_t bytes) {
    std::size_t taken = 0;
    for (std::size_t i = begin; i < changes.size(); ++i) {
        if (taken >= bytes && changes[i]->id != changes[i - 1]->id) return i;
        if (changes[i]->fresh) taken += changes[i]->fresh->bytes();
    }
    return changes.size();
}

}  // namespace

void store_in_steps(StorageWriter& writer, Due due, const core::StorageState& before,
                    std::size_t bytes) {
    std::vector<Change*>& changes = due.changes;
    sort_by_id(changes);
    std::size_t done = 0;
    while (!before.step) {  // M3
        const std::size_t end = end_of_step(changes, done, bytes);
        if (end == changes.size()) break;
        const std::span<Change*> taken = std::span(changes).subspan(done, end - done);
        writer.write({{taken.begin(), taken.end()},
                      due.commits,
                      before.newest,
                      before.time,
                      before.log,
                      core::CheckpointStep{due.newest, changes[end]->id},
                      true});
        for (Change* change : taken) *change = {change->id};
        done = end;
        yield_point("checkpoint:step");
        writer.settle();
    }
    changes.erase(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(done));
    writer.write(std::move(due));
}

}  // namespace vitrine::mvcc
