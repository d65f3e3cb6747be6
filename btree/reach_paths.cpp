#include "btree/reach_paths.hpp"

#include <unordered_map>

#include <vitrine/error.hpp>

#include "btree/object_scan.hpp"
#include "btree/tree_edits.hpp"

namespace vitrine::btree {
namespace {

constexpr std::size_t kShownLinks = 16;  // at either end of a long way
constexpr unsigned kTellEvery = 64;

// Breadth first, remembering from where each object was first met.
class Ways {
  public:
    Ways(const mvcc::Snapshot& snapshot, const Progress& progress)
        : references_(snapshot), progress_(progress) {}

    void walk(const std::set<ObjectId>& wanted) {
        std::size_t missing = wanted.size();
        std::vector<ObjectId> row{kCatalog}, next;
        while (missing != 0 && !row.empty()) {
            for (const ObjectId from : row) {
                tick();
                follow(from, [&](ObjectId target) {
                    if (target == kCatalog || !parents_.emplace(target, from).second) return;
                    if (wanted.contains(target)) --missing;
                    next.push_back(target);
                });
                if (missing == 0) return;
            }
            row.swap(next);
            next.clear();
        }
    }

    // The way to an object, from the root on; empty: none.
    std::vector<ObjectId> way_to(ObjectId id) const {
        std::vector<ObjectId> way;
        for (auto at = parents_.find(id); at != parents_.end(); at = parents_.find(at->second))
            way.push_back(at->first);
        if (!way.empty()) way.push_back(kCatalog);
        return {way.rbegin(), way.rend()};
    }

    /// Which links to say in words. (Each tree is gone over once for all of them.)
    void need(ObjectId from, ObjectId to) { links_[from].emplace(to, ""); }
    void find_texts() {
        for (auto& link : links_) {
            const auto& from = link.first;
            auto& targets = link.second;  // a binding cannot be captured
            tick();
            try {
                references_.visit(from, [&](const Reference& reference) {
                    const auto found = targets.find(reference.target);
                    if (found != targets.end() && found->second.empty())
                        found->second = reference.path;
                });
            } catch (const CorruptionError&) {  // NOLINT(bugprone-empty-catch): passed over
            }
        }
    }
    const std::string& text(ObjectId from, ObjectId to) const { return links_.at(from).at(to); }

  private:
    template <class Met>
    void follow(ObjectId from, const Met& met) {
        try {
            references_.targets(from, [&](std::span<const ObjectId> targets) {
                for (const ObjectId target : targets) met(target);
            });
        } catch (const CorruptionError&) {  // NOLINT(bugprone-empty-catch): passed over
        }
    }
    void tick() {
        if (!progress_ || ++ticks_ % kTellEvery != 0) return;
        const std::uint64_t total = references_.snapshot().store().next_object_id();
        if (!progress_(std::min<std::uint64_t>(ticks_, total), total))
            throw CancelledError("the search for paths was cancelled");
    }

    References references_;
    const Progress& progress_;
    std::unordered_map<ObjectId, ObjectId> parents_;
    std::map<ObjectId, std::map<ObjectId, std::string>> links_;
    std::uint64_t ticks_ = 0;
};

// Calls `link` for every step of a way that is shown, `gap` in the place of those that are not.
template <class Link, class Gap>
void go(const std::vector<ObjectId>& way, const Link& link, const Gap& gap) {
    const std::size_t links = way.size() - 1;
    for (std::size_t i = 0; i < links; ++i) {
        if (i == kShownLinks && links > 2 * kShownLinks) {
            gap();
            i = links - kShownLinks;
        }
        link(way[i], way[i + 1]);
    }
}

}  // namespace

std::map<ObjectId, std::string> paths_from_roots(const mvcc::Snapshot& snapshot,
                                                 const std::set<ObjectId>& wanted,
                                                 const Progress& progress) {
    Ways ways(snapshot, progress);
    ways.walk(wanted);
    std::map<ObjectId, std::vector<ObjectId>> found;
    for (const ObjectId id : wanted) {
        auto way = ways.way_to(id);
        if (way.empty()) continue;
        go(
            way, [&](ObjectId from, ObjectId to) { ways.need(from, to); }, [] {});
        found.emplace(id, std::move(way));
    }
    ways.find_texts();
    std::map<ObjectId, std::string> paths;
    for (const auto& [id, way] : found) {
        std::string& path = paths[id];
        go(
            way, [&](ObjectId from, ObjectId to) { path = join_path(path, ways.text(from, to)); },
            [&] { path += ".…"; });
    }
    return paths;
}

std::vector<Reference> who_refers(const mvcc::Snapshot& snapshot, ObjectId target,
                                  const Progress& progress) {
    mvcc::Store& store = snapshot.store();
    store.write_through();  // what the snapshot shows is in rows, then
    References references(snapshot);
    std::vector<Reference> found;
    unsigned ticks = 0;
    const auto tick = [&](ObjectId at) {
        const std::uint64_t total = std::max(store.next_object_id(), at.value);
        if (progress && ++ticks % kTellEvery == 0 && !progress(at.value, total))
            throw CancelledError("the search for references was cancelled");
    };
    ObjectScan scan(store);
    while (const auto one = scan.next()) {
        tick(one->id);
        bool refers = false;
        references.targets(one->id, [&](std::span<const ObjectId> targets) {
            for (const ObjectId id : targets) refers = refers || id == target;
        });
        if (!refers) continue;
        references.visit(one->id, [&](const Reference& reference) {
            if (reference.target == target) found.push_back(reference);
        });
    }
    return found;
}

}  // namespace vitrine::btree
