#include "core/lmdb/pages/census.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace vitrine::core::lmdb {
namespace {

constexpr unsigned kMaxDepth = 32;  // LMDB's cursor stack

int compare(Bytes a, Bytes b, bool numbers) {
    if (numbers) {
        const auto one = load<std::uint64_t>(a.data(), 0), other = load<std::uint64_t>(b.data(), 0);
        return one < other ? -1 : one > other ? 1 : 0;
    }
    const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
    if (order != 0) return order;
    return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

}  // namespace

struct Census::Walk {
    const TableHead& head;
    OnVisit visit;
    std::uint8_t owner;
    bool free_list = false;
    bool torn = false;  // a part of the table was not reached: counts are wrong, then
    std::uint64_t branches = 0, leaves = 0, overflows = 0, entries = 0;
    std::vector<bool> visited{};

    // Keys of the free list are numbers in the machine's order.
    [[nodiscard]] bool key_fits(Bytes key) const {
        return free_list ? key.size() == sizeof(std::uint64_t) : !key.empty() && key.size() <= 511;
    }
};

/// What a page looks like.
struct Census::Look {
    std::string fault{};  // the first thing that is wrong
    bool astray = false;  // nothing is wrong but that it belongs elsewhere
    [[nodiscard]] bool sound() const { return fault.empty(); }
    void say(std::string what) {
        if (fault.empty()) fault = std::move(what);
    }
};

Census::Census(const PageFile& file, std::uint64_t last_page, std::vector<PageFault>& faults)
    : file_(file), faults_(faults), tables_{""}, last_page_(last_page) {
    // A damaged number may not become an allocation; behind the file there is nothing to read.
    const std::uint64_t bound = file.pages() * 4 + 4096;
    const std::uint64_t pages = std::max(std::min(last_page, bound) + 1, file.pages());
    owners_.resize(pages);
    free_.resize(pages);
}

void Census::fault(const std::string& table, std::uint64_t page, std::string what) {
    faults_.push_back({page, table, std::move(what)});
}

void Census::walk(const TableHead& head, OnVisit visit) {
    if (tables_.size() > 200) return fault(head.name, 0, "there are too many tables");
    tables_.push_back(head.name);
    Walk walk{head, visit, static_cast<std::uint8_t>(tables_.size() - 1)};
    walk.free_list = head.name == kFreeList;
    walk.visited.resize(owners_.size());
    if (head.root == kNoPage) {
        if (head.depth != 0 || head.entries != 0)
            fault(head.name, 0, "the table has entries and no root");
    } else {
        descend(walk, head.root, 1, {}, 0);
    }
    if (walk.torn && walk.free_list) free_list_damaged_ = true;
    if (!walk.torn) check_counts(walk);
}

void Census::check_counts(const Walk& walk) {
    const TableHead& head = walk.head;
    const auto expect = [&](std::uint64_t found, std::uint64_t said, const char* what) {
        if (found != said)
            fault(head.name, 0, fmt::format("the table has {} {} and says {}", found, what, said));
    };
    expect(walk.entries, head.entries, "entries");
    expect(walk.branches, head.branch_pages, "branch pages");
    expect(walk.leaves, head.leaf_pages, "leaves");
    expect(walk.overflows, head.overflow_pages, "pages of large values");
}

void Census::claim(Walk& walk, std::uint64_t number) {
    if (number > last_page_) {
        exceeded_ = true;
        fault(walk.head.name, number, fmt::format("the last page should be {}", last_page_));
    }
    if (owners_[number] != 0 && owners_[number] != walk.owner)
        fault(walk.head.name, number,
              fmt::format("the table {} has it too", tables_[owners_[number]]));
    if (owners_[number] == 0) owners_[number] = walk.owner;
    if (free_[number]) fault(walk.head.name, number, "it is on the list of free pages too");
}

void Census::descend(Walk& walk, std::uint64_t number, unsigned level, KeyBounds bounds,
                     std::uint64_t parent) {
    const std::string& table = walk.head.name;
    if (number < 2 || number >= owners_.size()) {
        walk.torn = true;
        return fault(table, parent, fmt::format("it leads to page {}, which is not there", number));
    }
    if (walk.visited[number]) {
        walk.torn = true;
        return fault(table, parent, fmt::format("it leads to page {}, as another does", number));
    }
    Page page;
    if (!file_.read(number, page)) {
        walk.torn = true;
        walk.visited[number] = true;
        fault(table, number,
              number < file_.pages() ? "it cannot be read" : "it lies behind the file's end");
        return walk.visit({page, false, level >= walk.head.depth, bounds});
    }
    const Look look = look_at(walk, page, level, bounds);
    if (look.astray || (free_[number] && !look.sound())) {
        walk.torn = true;
        return fault(table, parent, fmt::format("it leads to page {}, which is another's", number));
    }
    walk.visited[number] = true;
    claim(walk, number);
    if (!look.sound()) {
        walk.torn = true;
        fault(table, number, look.fault);
    }
    const bool branch = page.branch() || (level < walk.head.depth && !page.leaf());
    if (branch) {
        ++walk.branches;
        if (!look.sound()) walk.visit({page, false, false, bounds});
        // Of a page in another's place the children are that one's.
        const bool own = page.stored_number() == number && level < walk.head.depth;
        if (own && level < kMaxDepth) descend_all(walk, page, level, bounds, look.sound());
        return;
    }
    ++walk.leaves;
    if (page.bounds_sound()) {
        walk.entries += page.slots();
        if (page.leaf()) claim_overflows(walk, page);
    }
    walk.visit({page, look.sound(), level >= walk.head.depth, bounds});
}

Census::Look Census::look_at(const Walk& walk, const Page& page, unsigned level,
                             KeyBounds bounds) const {
    Look look;
    if (page.stored_number() != page.number)
        look.say(fmt::format("it calls itself page {}", page.stored_number()));
    if (!page.branch() && !page.leaf()) {
        look.say(fmt::format("its kind is unknown ({:#x})", page.flags()));
        return look;
    }
    if (page.leaf() != (level == walk.head.depth)) look.say("it is on the wrong level");
    if (!page.bounds_sound()) {
        look.say("its bounds are impossible");
        return look;
    }
    if (page.slots() < (page.branch() && !walk.free_list ? 2u : 1u)) look.say("it is empty");
    look_at_nodes(walk, page, bounds, look);
    return look;
}

void Census::look_at_nodes(const Walk& walk, const Page& page, KeyBounds bounds, Look& look) const {
    std::size_t bytes = 0, inside = 0, keys = 0;
    std::optional<Bytes> last;
    for (std::size_t i = 0; i < page.slots(); ++i) {
        const std::size_t at = page.slot(i);
        const auto node = at < page.upper() ? std::nullopt : node_at(page, at, page.branch());
        if (!node) return look.say(fmt::format("node {} is outside of it", i));
        bytes += node->end - node->at;
        const std::uint16_t allowed = page.branch()            ? 0
                                      : walk.head.name.empty() ? kSubTable
                                                               : kBigData;
        if ((node->flags & ~allowed) != 0)
            return look.say(fmt::format("node {} has unknown flags ({:#x})", i, node->flags));
        if (page.branch() && i == 0) continue;  // its key means nothing
        if (!walk.key_fits(node->key))
            return look.say(fmt::format("node {} has a key of {} bytes", i, node->key.size()));
        if (last && compare(*last, node->key, walk.free_list) >= 0)
            return look.say(fmt::format("node {} is out of order", i));
        last = node->key;
        ++keys;
        const bool above = !bounds.low || compare(node->key, *bounds.low, walk.free_list) >= 0;
        const bool below = !bounds.high || compare(node->key, *bounds.high, walk.free_list) < 0;
        inside += above && below ? 1 : 0;
    }
    // Nodes lie side by side, up to the page's end.
    if (bytes != kPageBytes - page.upper()) look.say("its nodes overlap or leave gaps");
    if (inside == keys) return;
    look.astray = look.sound() && inside == 0;
    look.say("it has keys that belong elsewhere");
}

void Census::descend_all(Walk& walk, const Page& page, unsigned level, KeyBounds bounds,
                         bool sound) {
    if (!page.bounds_sound()) {
        walk.torn = true;
        return;
    }
    std::vector<std::optional<Node>> nodes(page.slots());
    for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = node_at(page, page.slot(i), true);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!nodes[i]) continue;
        if (!sound) {  // its keys may be wrong
            if (nodes[i]->child >= 2 && nodes[i]->child < owners_.size())
                descend(walk, nodes[i]->child, level + 1, {}, page.number);
            continue;
        }
        KeyBounds part = bounds;
        if (i != 0) part.low = nodes[i]->key;
        if (i + 1 < nodes.size()) part.high = nodes[i + 1]->key;
        descend(walk, nodes[i]->child, level + 1, part, page.number);
    }
}

void Census::claim_overflows(Walk& walk, const Page& page) {
    for (std::size_t i = 0; i < page.slots(); ++i) {
        const auto node = node_at(page, page.slot(i), false);
        if (node && node->big()) claim_overflow(walk, page, *node);
    }
}

void Census::claim_overflow(Walk& walk, const Page& page, const Node& node) {
    const std::string& table = walk.head.name;
    const std::uint64_t needed = overflow_pages_for(node.value_size);
    if (node.overflow < 2 || node.overflow >= owners_.size() ||
        needed > owners_.size() - node.overflow) {
        walk.torn = true;
        return fault(table, page.number,
                     fmt::format("a value of {} bytes at page {} is not in the file",
                                 node.value_size, node.overflow));
    }
    Page first;
    const bool read = file_.read(node.overflow, first);
    const std::uint64_t count = first.overflow_pages();
    // Written twice in one transaction, a list of free pages may keep more room than it needs.
    const bool fits = walk.free_list ? count >= needed && count <= owners_.size() - node.overflow
                                     : count == needed;
    const bool good =
        read && first.flags() == kOverflowPage && first.stored_number() == node.overflow && fits;
    if (!good) {
        walk.torn = true;
        fault(table, node.overflow,
              fmt::format("it is not the first of {} pages of a large value, as page {} says",
                          needed, page.number));
        odd_pages_.push_back(node.overflow);
        // Another's page, that this value's node was made to point at, must stay that one's.
        if (read && (first.leaf() || first.branch()) && first.stored_number() == node.overflow)
            return;
    }
    const std::uint64_t pages = good ? count : needed;
    walk.overflows += pages;
    for (std::uint64_t number = node.overflow; number < node.overflow + pages; ++number) {
        if (owners_[number] == walk.owner) {
            walk.torn = true;
            fault(table, number, "more than one value has it");
        }
        claim(walk, number);
        if (number >= file_.pages()) {
            walk.torn = true;
            fault(table, number, "it lies behind the file's end");
        }
    }
}

}  // namespace vitrine::core::lmdb
