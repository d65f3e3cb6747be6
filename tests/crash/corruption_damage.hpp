#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/lmdb/pages/structure.hpp"

/// The ways in which a file is damaged, and the kinds of pages that it has.
namespace vitrine::corruption {

inline constexpr std::size_t kPage = core::lmdb::kPageBytes;

/// Pages of a sound file by their kind: "leaf of objects", "overflow", "free list" and so on.
using PageKinds = std::map<std::string, std::vector<std::uint64_t>>;

inline PageKinds kinds_of_pages(const std::filesystem::path& path) {
    using namespace core::lmdb;
    const PageFile file(path);
    std::vector<PageFault> faults;
    const Layout layout = find_layout(file, faults);
    Census census(file, layout.meta.last_page, faults);
    std::vector<std::string> kinds(file.pages());
    const auto label = [&](const std::string& name) {
        return [&kinds, name](const Visit& visit) { kinds.at(visit.page.number) = name; };
    };
    census.take_free_list(layout.meta.free_list);
    census.walk(layout.meta.free_list, label("leaf of the free list"));
    census.walk(layout.meta.main, label("leaf of the tables"));
    for (const TableHead& table : layout.tables) census.walk(table, label("leaf of " + table.name));
    PageKinds pages;
    Page page;
    for (std::uint64_t number = 0; number < file.pages(); ++number) {
        std::string kind = kinds[number];
        if (number < 2) kind = "meta";
        if (kind.empty() && census.on_free_list(number)) kind = "free";
        if (kind.empty()) kind = file.read(number, page) && page.branch() ? "branch" : "overflow";
        pages[kind].push_back(number);
    }
    return pages;
}

enum class Damage {
    bit,
    bits,
    header,
    noise,
    zeros,
    swapped,
    stale,
    stale_many,
    truncated,
    cut,
    appended,
    meta_zeros,
    meta_stale,
    metas_stale,
    count
};

inline const char* name_of(Damage damage) {
    constexpr const char* kNames[] = {
        "one bit",         "several bits",        "bytes of a page's head",
        "random bytes",    "zeroed page",         "swapped pages",
        "stale page",      "several stale pages", "truncated file",
        "cut at a page",   "bytes at the end",    "zeroed meta page",
        "stale meta page", "both metas stale"};
    static_assert(std::size(kNames) == static_cast<std::size_t>(Damage::count));
    return kNames[static_cast<std::size_t>(damage)];
}

/// One trial's damage: which, and to a page of which kind.
class Damager {
  public:
    Damager(std::string& bytes, const std::string& older, const PageKinds& kinds,
            std::uint64_t seed)
        : bytes_(bytes), older_(older), random_(seed) {
        auto kind = kinds.begin();
        std::advance(kind, below(kinds.size()));
        kind_ = kind->first;
        page_ = kind->second[below(kind->second.size())];
        damage_ = static_cast<Damage>(below(static_cast<std::uint64_t>(Damage::count)));
    }

    /// False when there was nothing to change.
    bool run() {
        const std::string before = bytes_;
        apply();
        return bytes_ != before;
    }
    [[nodiscard]] Damage damage() const { return damage_; }
    [[nodiscard]] const std::string& kind() const { return kind_; }
    [[nodiscard]] std::uint64_t page() const { return page_; }

  private:
    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    char* at(std::uint64_t page) { return bytes_.data() + page * kPage; }
    std::uint64_t any_page() { return below(bytes_.size() / kPage); }

    void apply() {
        switch (damage_) {
            case Damage::bit: flip(); break;
            case Damage::bits:
                for (std::uint64_t left = 2 + below(6); left != 0; --left) flip();
                break;
            case Damage::header:
                for (std::uint64_t left = 1 + below(3); left != 0; --left)
                    at(page_)[below(40)] = static_cast<char>(random_());
                break;
            case Damage::noise: {
                const std::size_t from = below(kPage), size = 1 + below(200);
                for (std::size_t i = from; i < std::min(kPage, from + size); ++i)
                    at(page_)[i] = static_cast<char>(random_());
                break;
            }
            case Damage::zeros: std::fill_n(at(page_), kPage, '\0'); break;
            case Damage::swapped:
                std::swap_ranges(at(page_), at(page_) + kPage, at(any_page()));
                break;
            case Damage::stale: make_stale(page_); break;
            case Damage::stale_many:
                make_stale(page_);
                for (std::uint64_t left = 1 + below(3); left != 0; --left) make_stale(any_page());
                break;
            // What is left of fewer bytes is nothing, or zeros: as good as an empty file.
            case Damage::truncated: bytes_.resize(12 + below(bytes_.size() - 12)); break;
            case Damage::cut: bytes_.resize((2 + below(bytes_.size() / kPage - 2)) * kPage); break;
            case Damage::appended:
                for (std::uint64_t left = 1 + below(2 * kPage); left != 0; --left)
                    bytes_.push_back(static_cast<char>(random_()));
                break;
            case Damage::meta_zeros: std::fill_n(at(below(2)), kPage, '\0'); break;
            case Damage::meta_stale: stale_meta(); break;
            case Damage::metas_stale: std::copy_n(older_.data(), 2 * kPage, bytes_.data()); break;
            case Damage::count: break;
        }
    }
    void flip() { at(page_)[below(kPage)] ^= static_cast<char>(1U << below(8)); }
    void make_stale(std::uint64_t page) {
        // Where the older copy has the same bytes, or was shorter: the next page that it had else.
        for (std::uint64_t left = older_.size() / kPage; left != 0; --left, ++page) {
            page = page * kPage < older_.size() ? page : 2;
            if (std::memcmp(at(page), older_.data() + page * kPage, kPage) == 0) continue;
            if (page < 2) continue;
            std::copy_n(older_.data() + page * kPage, kPage, at(page));
            return;
        }
    }
    void stale_meta() {
        const std::uint64_t page = below(2);
        std::copy_n(older_.data() + page * kPage, kPage, at(page));
    }

    std::string& bytes_;
    const std::string& older_;
    std::mt19937_64 random_;
    std::string kind_;
    std::uint64_t page_ = 0;
    Damage damage_{};
};

}  // namespace vitrine::corruption
