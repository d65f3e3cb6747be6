#include "core/archive/source.hpp"

#include <algorithm>
#include <optional>

#include "core/archive/store_writer.hpp"

namespace vitrine::core::archive {

void each_commit(const Source& source, Version from, FunctionRef<void(CommitRow&&)> sink) {
    constexpr std::size_t kAtOnce = 256;
    if (source.storage.state().history.retention == Retention::none()) return;
    std::optional<Version> after;
    if (from != Version{}) after = Version{from.value() - 1};
    for (;;) {
        std::vector<CommitRow> some = entries_after(source.storage, after, kAtOnce);
        if (some.empty()) return;
        after = some.back().version;
        for (CommitRow& commit : some) {
            if (commit.version > source.newest) return;
            sink(std::move(commit));
        }
    }
}

StorageState state_of(const Source& source) {
    StorageState state = source.storage.state();
    state.newest = source.newest;
    state.time = source.time;
    state.history.oldest = std::min(state.history.oldest, source.newest);
    return state;
}

}  // namespace vitrine::core::archive
