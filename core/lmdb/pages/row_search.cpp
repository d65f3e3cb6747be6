#include "core/lmdb/pages/row_search.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/lmdb/pages/row_proof.hpp"

namespace vitrine::core::lmdb {
namespace {

constexpr std::size_t kKeyBytes = sizeof(ObjectKey);
constexpr std::size_t kNodeBytes = kNodeHeaderBytes + kKeyBytes;  // before the value

std::optional<RowKey> decode_bound(const std::optional<Bytes>& bound) {
    if (!bound || bound->size() != kKeyBytes) return {};
    return decode(*bound);
}

}  // namespace

/// What became of one node of a leaf.
struct RowSearch::Slot {
    std::size_t at = 0, end = 0;
    RowKey key{};
    bool good = false;
    bool repaired = false;  // one byte of the key was wrong
    bool big = false;
    std::uint64_t size = 0, overflow = 0;
    FoundRow row{};
};

bool RowSearch::try_in_place(const Page& page, std::size_t value_at, std::size_t size, RowKey key) {
    if (size % sizeof(Word) != 0 || size < kMinRowBytes) return false;
    words_.resize(size / sizeof(Word));
    std::memcpy(words_.data(), page.bytes.data() + value_at, size);
    return intact(key, words_);
}

/// The true key, when one byte of it was damaged. Requires: `words_` holds the node's value.
std::optional<RowKey> RowSearch::repaired(const Page& page, const Node& node) {
    if (words_.size() < kRowHeaderWords) return {};
    const std::uint64_t hash = hash_payload(Words(words_).subspan(kRowHeaderWords));
    std::array<std::byte, kKeyBytes> key;
    for (std::size_t at = 0; at < kKeyBytes; ++at) {
        std::memcpy(key.data(), page.bytes.data() + node.at + kNodeHeaderBytes, kKeyBytes);
        for (unsigned value = 0; value < 256; ++value) {
            key[at] = static_cast<std::byte>(value);
            const RowKey guess = decode(key);
            if (plausible(guess) &&
                words_[1] == checksum_row(guess.id, guess.version, words_[0], hash) &&
                intact(guess, words_))
                return guess;
        }
    }
    return {};
}

/// Requires: the node's key has the size of a row's.
RowSearch::Slot RowSearch::look_at(const Page& page, const Node& node) {
    Slot slot{node.at, node.end, decode(node.key)};
    slot.big = node.big();
    slot.size = node.value_size;
    slot.overflow = node.overflow;
    std::uint64_t offset = page.number * kPageBytes + node.at + kNodeBytes;
    words_.clear();
    if (slot.big) {
        if (node.overflow >= file_.pages()) return slot;
        offset = node.overflow * kPageBytes + kPageHeaderBytes;
        slot.good = try_at(offset, node.value_size, slot.key);
    } else {
        slot.good = try_in_place(page, node.at + kNodeBytes, node.value_size, slot.key);
    }
    if (!slot.good) {
        if (const auto key = repaired(page, node)) {
            slot.key = *key;
            slot.good = slot.repaired = true;
        }
    }
    slot.row = {slot.key, offset, static_cast<std::uint32_t>(words_.size() * sizeof(Word))};
    return slot;
}

void RowSearch::take(const Slot& slot, bool certain) {
    rows_.push_back(slot.row);
    rows_.back().certain = certain;
}

void RowSearch::take_leaf(const Page& page, bool sound, const KeyBounds& bounds, bool certain) {
    std::vector<Slot> slots;
    std::size_t live_from = page.bounds_sound() ? page.upper() : kPageHeaderBytes;
    const std::size_t places =
        page.lower() >= kPageHeaderBytes && page.lower() <= kPageBytes ? page.slots() : 0;
    bool all_good = places != 0;
    for (std::size_t i = 0; i < places; ++i) {
        const auto node = node_at(page, page.slot(i), false);
        if (!node || node->key.size() != kKeyBytes) {
            all_good = false;
            continue;
        }
        Slot slot = look_at(page, *node);
        all_good = all_good && slot.good;
        if (sound || slot.good || plausible(slot.key)) slots.push_back(slot);
    }
    if (!sound) {
        if (!complete(page, places, slots)) {
            for (const Slot& slot : slots)
                if (slot.good) live_from = std::min(live_from, slot.at);
            search(page, live_from, kPageBytes, slots);
        } else {
            all_good = true;
        }
    }
    if (all_good) live_from = kPageBytes;
    const std::size_t taken = rows_.size();
    tell(page, bounds, slots, sound ? kPageBytes : live_from, certain);
    if (rows_.size() != taken && page.stored_number() != page.number)
        moved_.push_back(page.stored_number());
}

/// Nodes lie side by side up to the page's end. When the good ones do, nothing is missing: then a
/// wrong one of the two bounds is known by them. What lies below is left over from erased rows.
bool RowSearch::complete(const Page& page, std::size_t places, std::vector<Slot>& slots) {
    const auto by_place = [](const Slot& a, const Slot& b) { return a.at < b.at; };
    const auto sort = [&] {
        std::sort(slots.begin(), slots.end(), by_place);
        const auto same = [](const Slot& a, const Slot& b) { return a.at == b.at; };
        slots.erase(std::unique(slots.begin(), slots.end(), same), slots.end());
    };
    const auto side_by_side = [&](std::size_t from) {
        std::size_t at = from;
        for (const Slot& slot : slots) {
            if (slot.at < from || !slot.good) continue;
            if (slot.at != at) return false;
            at = slot.end;
        }
        return at == kPageBytes;
    };
    sort();
    // Places behind the last one: `lower` may be too low.
    for (std::size_t i = places; page.bounds_sound() && i < kPageBytes / 2 - 8; ++i) {
        if (side_by_side(page.upper())) break;
        const std::size_t at = page.slot(i);
        const auto node = at < page.upper() ? std::nullopt : node_at(page, at, false);
        if (!node || node->key.size() != kKeyBytes) break;
        const Slot slot = look_at(page, *node);
        if (!slot.good) break;
        slots.push_back(slot);
        sort();
    }
    if (slots.empty()) return false;
    const bool upper_possible = page.upper() >= kPageHeaderBytes && page.upper() < kPageBytes;
    if (upper_possible && side_by_side(page.upper())) {
        // What other places lead to was erased, or is nothing.
        std::erase_if(slots,
                      [&](const Slot& slot) { return !slot.good || slot.at < page.upper(); });
        return true;
    }
    const bool counted = page.bounds_sound() && slots.size() == places;
    return counted && side_by_side(slots.front().at);
}

void RowSearch::take_stray(const Page& page, bool certain) {
    const std::size_t told = damaged_.size();
    const std::size_t taken = rows_.size();
    take_leaf(page, false, {}, certain);
    const bool leaf = page.leaf() && page.bounds_sound();
    if (leaf && rows_.size() != taken) return;
    // Anything may look like a damaged row, here; but on a leaf, a row's key means something.
    for (std::size_t i = told; i < damaged_.size(); ++i) {
        const bool drop = !leaf || !damaged_[i].row;
        damaged_[i].dropped = drop;
        if (drop) std::erase_if(orphans_, [&](const Orphan& orphan) { return orphan.damage == i; });
    }
}

/// Searches between the good nodes, wherever none is.
void RowSearch::search(const Page& page, std::size_t from, std::size_t to,
                       std::vector<Slot>& slots) {
    std::vector<std::pair<std::size_t, std::size_t>> taken{{to, to}};
    for (const Slot& slot : slots)
        if (slot.good) taken.emplace_back(slot.at, slot.end);
    std::sort(taken.begin(), taken.end());
    std::size_t at = from + from % 2;
    for (const auto& [begin, end] : taken) {
        while (at + kNodeBytes <= begin) {
            const auto found = search_at(page, at, begin);
            if (found) {
                slots.push_back(*found);
                at = found->end;
            } else {
                at += 2;
            }
        }
        at = std::max(at, end);
    }
}

std::optional<RowSearch::Slot> RowSearch::search_at(const Page& page, std::size_t at,
                                                    std::size_t to) {
    const auto node = node_at(page, at, false);
    if (node && node->key.size() == kKeyBytes && node->end <= to) {
        Slot slot = look_at(page, *node);
        if (slot.good) return slot;
    }
    // Its header may be wrong: the key alone must do.
    Slot slot{at, at, decode(page.part(at + kNodeHeaderBytes, kKeyBytes))};
    if (!plausible(slot.key)) return {};
    slot.good = true;
    for (std::size_t size = kMinRowBytes; at + kNodeBytes + size <= to; size += sizeof(Word)) {
        if (!try_in_place(page, at + kNodeBytes, size, slot.key)) continue;
        slot.end = at + kNodeBytes + size;
        slot.row = {slot.key, page.number * kPageBytes + at + kNodeBytes,
                    static_cast<std::uint32_t>(size)};
        return slot;
    }
    if (at + kNodeBytes + sizeof(std::uint64_t) > to) return {};
    const auto overflow = page.get<std::uint64_t>(at + kNodeBytes);
    if (overflow < 2 || overflow >= file_.pages()) return {};
    if (!match({slot.key, 0, overflow, 0, true}, overflow, 0)) return {};
    slot.end = at + kNodeBytes + sizeof overflow;
    slot.row = rows_.back();
    rows_.pop_back();
    return slot;
}

/// The places of nodes are in the order of their keys: the nearest good ones on both sides.
void RowSearch::narrow(const Page& page, std::size_t at, const std::vector<Slot>& slots,
                       RowDamage& damage) {
    if (!page.bounds_sound()) return;
    std::optional<RowKey> last;
    bool passed = false;
    for (std::size_t i = 0; i < page.slots(); ++i) {
        if (page.slot(i) == at) {
            if (last) damage.after = last;
            passed = true;
            continue;
        }
        const auto slot = std::find_if(slots.begin(), slots.end(), [&](const Slot& one) {
            return one.good && one.at == page.slot(i);
        });
        if (slot == slots.end()) continue;
        last = slot->key;
        if (!passed) continue;
        damage.before = last;
        return;
    }
}

/// Takes the good rows, and names what is not.
void RowSearch::tell(const Page& page, const KeyBounds& bounds, std::vector<Slot>& slots,
                     std::size_t live_from, bool certain) {
    std::sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) { return a.at < b.at; });
    std::vector<RowKey> good;
    for (const Slot& slot : slots) {
        if (!slot.good) continue;
        take(slot, certain);
        good.push_back(slot.key);
        if (slot.repaired)
            damaged_.push_back({slot.key, {}, {}, page.number, "its key is damaged"});
    }
    std::sort(good.begin(), good.end(), before);
    const auto name = [&](RowKey key, std::size_t at, const Slot* slot) {
        // A damaged key names another object than its own, mostly one that belongs elsewhere.
        RowDamage damage{{}, decode_bound(bounds.low), decode_bound(bounds.high), page.number, {}};
        narrow(page, at, slots, damage);
        const bool inside = page.bounds_sound() && (!damage.after || !before(key, *damage.after)) &&
                            (!damage.before || before(key, *damage.before)) &&
                            !std::binary_search(good.begin(), good.end(), key, before);
        if (plausible(key) && inside) {
            damage.row = key;
            damage.what = slot != nullptr && slot->big ? "its value on other pages is damaged"
                                                       : "it is damaged";
        } else {
            damage.what = "a row is damaged, its key included";
        }
        damaged_.push_back(damage);
        if (slot != nullptr && slot->big && plausible(key))
            orphans_.push_back({key, slot->size, slot->overflow, damaged_.size() - 1, certain});
    };
    // What lies between the good nodes.
    std::size_t at = live_from;
    const auto gap = [&](std::size_t end) {
        if (at + kNodeBytes <= end)
            name(decode(page.part(at + kNodeHeaderBytes, kKeyBytes)), at, nullptr);
        at = end;
    };
    for (const Slot& slot : slots) {
        if (slot.at < at && live_from != kPageBytes) continue;
        if (!slot.good && live_from != kPageBytes) {
            const bool overlaps = std::any_of(slots.begin(), slots.end(), [&](const Slot& other) {
                return other.good && other.at < slot.end && slot.at < other.end;
            });
            if (overlaps) continue;
        }
        if (live_from != kPageBytes) gap(slot.at);
        if (!slot.good) name(slot.key, slot.at, &slot);
        at = std::max(at, slot.end);
    }
    if (live_from != kPageBytes) gap(kPageBytes);
}

}  // namespace vitrine::core::lmdb
