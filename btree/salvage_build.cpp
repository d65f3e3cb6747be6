#include "btree/salvage_build.hpp"

#include <algorithm>

#include "btree/tree_commit.hpp"
#include "core/record.hpp"

namespace vitrine::btree {
namespace {

struct KeyLess {
    bool operator()(const KeyBytes& a, const KeyBytes& b) const { return compare_keys(a, b) < 0; }
};

/// An entry with the version of the leaf that it comes from.
struct AgedEntry {
    Version version{};
    std::vector<std::byte> value{};
    bool large = false;
};
using AgedEntries = std::map<KeyBytes, AgedEntry, KeyLess>;

class Rebuild {
  public:
    Rebuild(core::Storage& storage, TreeRemains& remains, RepairBatch& batch)
        : storage_(storage), remains_(remains), batch_(batch) {}

    TreeState run();

  private:
    /// A leaf as its parent will have it.
    struct Part {
        KeyBytes first{}, last{};
        ObjectId id{};
    };

    void join(std::size_t begin, std::size_t end);
    AgedEntries entries_of_run(std::size_t begin, std::size_t end);
    void write_run(const AgedEntries& all, std::size_t begin, std::size_t end);
    TreeState build_above();
    [[nodiscard]] LeafKind kind() const { return {remains_.kind.fixed_keys, remains_.kind.form}; }

    core::Storage& storage_;
    TreeRemains& remains_;
    RepairBatch& batch_;
    std::vector<Part> parts_;
    std::uint64_t count_ = 0;
};

/// Leaves of different ages may have the same keys: the newer one's count.
AgedEntries Rebuild::entries_of_run(std::size_t begin, std::size_t end) {
    AgedEntries all;
    for (std::size_t i = begin; i < end; ++i) {
        const auto row = newest_row(storage_, remains_.leaves[i].id);
        if (!row) continue;
        const LeafView leaf = view_leaf(row->payload());
        for (std::uint32_t at = 0; at < leaf.count; ++at) {
            if (leaf.large(at) && !has_large_value(storage_, large_stub(leaf, at))) {
                ++remains_.large_lost;
                continue;
            }
            AgedEntry& entry = all[key_at(leaf, at)];
            if (entry.version > row->version) continue;
            const ByteSpan value = leaf.value(at);
            entry = {row->version, {value.begin(), value.end()}, leaf.large(at)};
        }
    }
    return all;
}

void Rebuild::write_run(const AgedEntries& all, std::size_t begin, std::size_t end) {
    std::vector<Entry> entries;
    entries.reserve(all.size());
    for (const auto& [key, entry] : all) entries.push_back({key, entry.value, entry.large});
    std::size_t next = begin;  // leaves keep their ids, as far as they are needed
    std::size_t from = 0;
    for (const std::size_t to : split_entries(entries, kind(), node_limits(), Fill::even)) {
        const auto chunk = std::span<const Entry>(entries).subspan(from, to - from);
        const bool reuse = next < end;
        const ObjectId id = reuse ? remains_.leaves[next].id : batch_.allocate();
        const Version before = reuse ? remains_.leaves[next].version : Version{};
        ++next;
        batch_.put(id, kLeafType, build_leaf(chunk, kind()), before);
        parts_.push_back({{chunk.front().key.begin(), chunk.front().key.end()},
                          {chunk.back().key.begin(), chunk.back().key.end()},
                          id});
        from = to;
    }
    count_ += entries.size();
    for (; next < end; ++next) batch_.erase(remains_.leaves[next].id);
}

void Rebuild::join(std::size_t begin, std::size_t end) {
    const FoundLeaf& first = remains_.leaves[begin];
    if (end - begin == 1 && !first.rewrite) {
        parts_.push_back({first.first, first.last, first.id});
        count_ += first.entries;
        return;
    }
    write_run(entries_of_run(begin, end), begin, end);
}

TreeState Rebuild::build_above() {
    if (parts_.empty()) return {};
    std::vector<KeyBytes> separators(parts_.size());
    std::vector<Child> children(parts_.size());
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (i != 0) {
            const ByteSpan cut =
                shortest_separator(parts_[i - 1].last, parts_[i].first, kind().fixed_keys);
            separators[i].assign(cut.begin(), cut.end());
        }
        children[i] = {separators[i], parts_[i].id.value};
    }
    std::uint32_t height = 1;
    for (; children.size() > 1; ++height) {
        std::vector<Child> above;
        std::size_t from = 0;
        for (const std::size_t to :
             split_children(children, kind().fixed_keys, node_limits(), Fill::full)) {
            const auto chunk = std::span<const Child>(children).subspan(from, to - from);
            const ObjectId id = batch_.allocate();
            batch_.put(id, kInnerType, build_inner(chunk, kind().fixed_keys), {});
            above.push_back({chunk.front().separator, id.value});
            from = to;
        }
        children = std::move(above);
    }
    return {count_, ObjectId{children.front().id}, height};
}

TreeState Rebuild::run() {
    std::vector<FoundLeaf>& leaves = remains_.leaves;
    std::sort(leaves.begin(), leaves.end(), [](const FoundLeaf& a, const FoundLeaf& b) {
        return compare_keys(a.first, b.first) < 0;
    });
    for (std::size_t begin = 0; begin < leaves.size();) {
        std::size_t end = begin + 1;
        KeyBytes last = leaves[begin].last;
        while (end < leaves.size() && compare_keys(leaves[end].first, last) <= 0) {
            if (compare_keys(leaves[end].last, last) > 0) last = leaves[end].last;
            ++end;
        }
        join(begin, end);
        begin = end;
    }
    for (const ObjectId inner : remains_.inners) batch_.erase(inner);
    const TreeState state = build_above();
    batch_.put(remains_.header, kTreeHeaderType, build_header(remains_.kind, state),
               remains_.version);
    return state;
}

}  // namespace

RepairBatch::RepairBatch(core::Storage& storage, Version version)
    : storage_(storage),
      state_(storage.state()),
      version_(version),
      next_id_(std::max(state_.next_object_id, core::kFirstFreeId)) {}

void RepairBatch::put(ObjectId id, core::TypeId type, core::Words payload, Version before) {
    std::vector<core::Word>& row = rows_[id];
    row = {type, core::checksum_row(id, version_, type, core::hash_payload(payload))};
    row.insert(row.end(), payload.begin(), payload.end());
    if (before != Version{})
        keep_.push_back({Version{version_.value() - 1}, {id, before}, version_});
}

void RepairBatch::erase(ObjectId id) {
    // The scan begins behind a key; that of the newest version possible is never there.
    storage_.scan(core::RowKey{id, core::kOpen}, core::Storage::kUnlimited,
                  [&](core::RowKey key, core::Words) {
                      if (key.id == id) erases_.push_back(key);
                      return key.id == id;
                  });
}

void RepairBatch::write() {
    core::Batch batch;
    batch.newest = version_;
    batch.time = std::chrono::system_clock::now();
    batch.next_object_id = next_id_;
    batch.history = state_.history;
    core::CommitRow commit{version_, batch.time, "vitrine salvage: trees made whole", {}};
    for (const auto& [id, row] : rows_) {
        batch.puts.push_back({id, version_, row});
        commit.changed.push_back(id);
    }
    std::sort(erases_.begin(), erases_.end());
    std::sort(keep_.begin(), keep_.end());
    batch.erases = std::move(erases_);
    batch.keep = std::move(keep_);
    if (state_.history.retention != Retention::none()) batch.commits.push_back(std::move(commit));
    storage_.write(batch);
}

TreeState rebuild(core::Storage& storage, TreeRemains& remains, RepairBatch& batch) {
    return Rebuild(storage, remains, batch).run();
}

}  // namespace vitrine::btree
