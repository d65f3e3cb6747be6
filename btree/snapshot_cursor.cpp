#include "btree/snapshot_cursor.hpp"

#include "btree/clamp.hpp"

namespace vitrine::btree {

ByteSpan load_large(const mvcc::Snapshot& snapshot, const LeafView& leaf, std::uint32_t index,
                    VersionHandle& holder) {
    const LeafView::LargeStub stub = large_stub(leaf, index);
    if (!holder || holder->id().value != stub.object) holder = hold_large(snapshot, stub);
    return holder->aux<ByteSpan>();
}

SnapshotCursor::SnapshotCursor(mvcc::Snapshot snapshot, TreeState tree, Bounds bounds)
    : snapshot_(std::move(snapshot)), bounds_(std::move(bounds)), walk_(snapshot_, tree) {
    const std::optional<KeyBytes>& from = bounds_.reversed ? bounds_.high : bounds_.low;
    const bool any = from               ? walk_.seek(ByteSpan(*from))
                     : bounds_.reversed ? walk_.seek_last()
                                        : walk_.seek_first();
    if (any) show_from_here();
}

void SnapshotCursor::show_from_here() {
    for (;;) {
        const LeafView& leaf = walk_.leaf();
        const Clamped part = clamp(leaf, bounds_);
        ended_ = part.last;
        if (part.begin < part.end) {
            show(leaf, part.begin, part.end, bounds_.reversed);
            return;
        }
        if (ended_ || !(bounds_.reversed ? walk_.previous() : walk_.next())) {
            valid_ = false;
            return;
        }
    }
}

void SnapshotCursor::cross() {
    valid_ = false;  // also when moving on throws
    if (!ended_ && (bounds_.reversed ? walk_.previous() : walk_.next())) show_from_here();
}

ByteSpan SnapshotCursor::large_value() { return load_large(snapshot_, leaf_, index_, large_); }

ValueHold SnapshotCursor::hold_value() {
    if (!leaf_.large(index_)) return {walk_.version(), nullptr};
    large_value();
    return {large_, nullptr};
}

}  // namespace vitrine::btree
