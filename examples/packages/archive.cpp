#include "archive.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "debian_version.hpp"

namespace packages {

Archive Archive::read(const std::filesystem::path& file,
                      const std::function<void(std::uint64_t)>& progress) {
    std::map<PackageName, Listing> newest;
    ControlFile control(file);
    Stanza stanza;
    while (control.next(stanza)) {
        progress(control.bytes_read());
        if (!describes_package(stanza)) continue;
        Listing listing = read_listing(stanza);
        auto [place, is_new] = newest.try_emplace(listing.key);
        if (is_new || compare_versions(listing.version, place->second.version) > 0)
            place->second = std::move(listing);
    }
    Archive archive;
    archive.listings_.reserve(newest.size());
    for (auto& [key, listing] : newest) archive.listings_.push_back(std::move(listing));
    archive.index_names();
    return archive;
}

void Archive::index_names() {
    std::map<std::string, std::size_t> architectures;
    for (Index index = 0; index < listings_.size(); ++index) {
        const Listing& listing = listings_[index];
        by_name_[listing.key.name].push_back(index);
        for (const Relation& provided : listing.provides)
            by_provided_[provided.name].push_back({index, provided.version});
        if (listing.key.architecture != "all") ++architectures[listing.key.architecture];
    }
    const auto most = std::ranges::max_element(
        architectures, {}, [](const auto& architecture) { return architecture.second; });
    native_ = most == architectures.end() ? "all" : most->first;
}

std::vector<Archive::Index> Archive::candidates(const Listing& dependent,
                                                const Clause& clause) const {
    std::vector<Index> found;
    for (const Relation& relation : clause.alternatives) {
        const std::string_view architecture = architecture_of(dependent);
        add_real(relation, architecture, found);
        add_providers(relation, architecture, found);
    }
    return found;
}

std::string_view Archive::architecture_of(const Listing& listing) const {
    return listing.key.architecture == "all" ? native_ : listing.key.architecture;
}

bool Archive::serves(const Listing& candidate, std::string_view architecture,
                     const Relation& relation) const {
    const std::string_view own = architecture_of(candidate);
    if (relation.architecture == "any" && candidate.allowed) return true;
    if (relation.architecture == "native") return own == native_;
    if (!relation.architecture.empty() && relation.architecture != "any")
        return own == relation.architecture;
    return own == architecture || candidate.foreign;
}

namespace {

void add_once(std::vector<Archive::Index>& found, Archive::Index index) {
    if (std::ranges::find(found, index) == found.end()) found.push_back(index);
}

}  // namespace

void Archive::add_real(const Relation& relation, std::string_view architecture,
                       std::vector<Index>& found) const {
    const auto named = by_name_.find(relation.name);
    if (named == by_name_.end()) return;
    // The dependent's own architecture first, whatever serves from others after it.
    for (const bool own : {true, false})
        for (const Index index : named->second) {
            const Listing& candidate = listings_[index];
            if ((architecture_of(candidate) == architecture) == own &&
                serves(candidate, architecture, relation) && relation.accepts(candidate.version))
                add_once(found, index);
        }
}

void Archive::add_providers(const Relation& relation, std::string_view architecture,
                            std::vector<Index>& found) const {
    const auto provided = by_provided_.find(relation.name);
    if (provided == by_provided_.end()) return;
    for (const auto& [index, version] : provided->second) {
        const bool fits = version.empty() ? relation.comparison.empty() : relation.accepts(version);
        if (fits && serves(listings_[index], architecture, relation)) add_once(found, index);
    }
}

}  // namespace packages
