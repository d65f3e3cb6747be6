#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "control_file.hpp"
#include "relation.hpp"

namespace packages {

/// What tells packages apart: one name may stand for several architectures.
struct PackageName {
    std::string name;
    std::string architecture;

    friend auto operator<=>(const PackageName&, const PackageName&) = default;
};

/// A package as the file describes it, before it is stored.
struct Listing {
    PackageName key;
    std::string version;
    std::string section;
    std::string summary;
    std::uint64_t installed_kib = 0;
    bool foreign = false;  ///< Multi-Arch: foreign: serves packages of other architectures too
    bool allowed = false;  ///< Multi-Arch: allowed: does so for those that ask for "name:any"
    std::vector<Clause> depends;
    std::vector<Relation> provides;
};

/// Whether the stanza is of a package that counts: one with a name which, in a status file, is installed.
bool describes_package(const Stanza& stanza);

Listing read_listing(const Stanza& stanza);

}  // namespace packages
