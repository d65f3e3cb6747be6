#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "listing.hpp"

namespace packages {

/// All packages of a control file, and who satisfies whose dependencies.
class Archive {
  public:
    using Index = std::size_t;

    /// Of several versions of a package the newest counts. `progress` is told the bytes read.
    static Archive read(const std::filesystem::path& file,
                        const std::function<void(std::uint64_t)>& progress);

    [[nodiscard]] const std::vector<Listing>& listings() const { return listings_; }

    /// The packages that satisfy the clause for `dependent`, best first, each once.
    [[nodiscard]] std::vector<Index> candidates(const Listing& dependent,
                                                const Clause& clause) const;

  private:
    struct Provider {
        Index index;
        std::string version;  // empty: provided without one, which satisfies no restriction
    };

    void index_names();
    /// A package for all architectures counts as one for the machine's own.
    [[nodiscard]] std::string_view architecture_of(const Listing& listing) const;
    [[nodiscard]] bool serves(const Listing& candidate, std::string_view architecture,
                              const Relation& relation) const;
    void add_real(const Relation& relation, std::string_view architecture,
                  std::vector<Index>& found) const;
    void add_providers(const Relation& relation, std::string_view architecture,
                       std::vector<Index>& found) const;

    std::vector<Listing> listings_;  // in order of their names
    std::unordered_map<std::string, std::vector<Index>> by_name_;
    std::unordered_map<std::string, std::vector<Provider>> by_provided_;
    std::string native_;  // the architecture of packages that are for all
};

}  // namespace packages
