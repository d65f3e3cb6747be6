#include "btree/overlay_cursor.hpp"

#include "btree/clamp.hpp"
#include "btree/snapshot_cursor.hpp"

namespace vitrine::btree {

OverlayCursor::OverlayCursor(std::shared_ptr<const Overlay> overlay, Bounds bounds,
                             std::shared_ptr<RangeRead> read)
    : overlay_(std::move(overlay)), bounds_(std::move(bounds)), read_(std::move(read)) {
    const OpSet& ops = overlay_->ops;
    bool has_leaf = false;
    if (overlay_->base && overlay_->tree.root) {
        walk_.emplace(*overlay_->base, overlay_->tree);
        const std::optional<KeyBytes>& from = bounds_.reversed ? bounds_.high : bounds_.low;
        has_leaf = from               ? walk_->seek(ByteSpan(*from))
                   : bounds_.reversed ? walk_->seek_last()
                                      : walk_->seek_first();
    }
    if (has_leaf) {
        enter_leaf(false);
    } else {
        op_begin_ = ops.begin();
        op_end_ = ops.end();
        if (bounds_.low) op_begin_ = ops.lower_bound(ByteSpan(*bounds_.low));
    }
    show_parts();
    if (read_) read_->update = [this] { record(); };
}

OverlayCursor::~OverlayCursor() {
    if (!read_) return;
    read_->update = nullptr;
    try {
        record();
    } catch (const std::bad_alloc&) {
        // What is recorded then is wider than what was read: at worst a needless conflict.
        read_->low.reset();
        read_->high.reset();
    }
}

void OverlayCursor::record() {
    // Seen: from where it began to where it stands, all when it ended.
    read_->low = bounds_.low;
    read_->high = bounds_.high;
    read_->high_included = bounds_.high_included;
    if (!valid_) return;
    if (bounds_.reversed) {
        read_->low = key_copy();
    } else {
        read_->high = key_copy();
        read_->high_included = true;
    }
}

bool OverlayCursor::enter_leaf(bool moved) {
    if (moved && !(bounds_.reversed ? walk_->previous() : walk_->next())) return false;
    base_begin_ = 0;
    base_end_ = walk_->leaf().count;
    const OpSet& ops = overlay_->ops;
    const auto lower = walk_->lower_limit(), upper = walk_->upper_limit();
    op_begin_ = lower ? ops.lower_bound(ByteSpan(*lower)) : ops.begin();
    op_end_ = upper ? ops.lower_bound(ByteSpan(*upper)) : ops.end();
    return true;
}

// Makes the next part of the current leaf the one shown. False: nothing is left of it.
bool OverlayCursor::next_part() {
    const OpSet& ops = overlay_->ops;
    if (op_begin_ == op_end_) {
        if (base_begin_ == base_end_) return false;
        if (base_begin_ == 0 && base_end_ == walk_->leaf().count) {
            memory_.reset();
            part_ = walk_->leaf();
            base_begin_ = base_end_;
            return true;
        }
    }
    // A bounded number of operations, and the base entries up to the next one.
    OpSet::Position from = bounds_.reversed ? op_end_ : op_begin_, to = from;
    std::size_t count = 0, bytes = 0;
    while (to != (bounds_.reversed ? op_begin_ : op_end_) && count < kOpsAtOnce &&
           bytes < kBytesAtOnce) {
        const OpSet::Position op = bounds_.reversed ? ops.previous(to) : to;
        // A very large value gets a part of its own: a list of bytes holds 512 MiB, no more.
        if (count != 0 && ops[op].value_size > kBytesAtOnce) break;
        bytes += ops[op].value_size;
        ++count;
        to = bounds_.reversed ? op : ops.next(op);
    }
    std::uint32_t base_from = base_begin_, base_to = base_end_;
    if (walk_ && base_begin_ != base_end_) {
        if (!bounds_.reversed && to != op_end_) {
            base_to = std::clamp(lower_bound(walk_->leaf(), ops[to].key()), base_begin_, base_end_);
        } else if (bounds_.reversed && to != op_begin_) {
            base_from =
                std::clamp(lower_bound(walk_->leaf(), ops[to].key()), base_begin_, base_end_);
        }
    }
    Merged merged;
    const LeafView* leaf = base_from == base_to ? nullptr : &walk_->leaf();
    merge(merged, leaf, base_from, base_to, ops, bounds_.reversed ? to : from,
          bounds_.reversed ? from : to, overlay_->kind.value);
    if (bounds_.reversed) {
        op_end_ = to;
        base_end_ = base_from;
    } else {
        op_begin_ = to;
        base_begin_ = base_to;
    }
    if (merged.entries.empty()) {
        part_ = LeafView{};
        return true;
    }
    memory_ = std::make_shared<core::WordBuffer>(
        build_leaf(merged.entries, LeafKind{overlay_->kind.fixed_keys, overlay_->kind.form}));
    part_ = view_leaf(*memory_);
    return true;
}

void OverlayCursor::show_parts() {
    valid_ = false;
    while (!ended_) {
        if (!next_part()) {
            if (!walk_ || !enter_leaf(true)) return;
            continue;
        }
        if (part_.count == 0) continue;  // everything there was erased
        const Clamped clamped = clamp(part_, bounds_);
        ended_ = clamped.last;
        if (clamped.begin < clamped.end) {
            show(part_, clamped.begin, clamped.end, bounds_.reversed);
            return;
        }
    }
}

void OverlayCursor::cross() { show_parts(); }

ByteSpan OverlayCursor::large_value() { return load_large(*overlay_->base, leaf_, index_, large_); }

ValueHold OverlayCursor::hold_value() {
    if (leaf_.large(index_)) {
        large_value();
        return {large_, nullptr};
    }
    if (memory_) return {{}, memory_};
    return {walk_->version(), nullptr};
}

}  // namespace vitrine::btree
