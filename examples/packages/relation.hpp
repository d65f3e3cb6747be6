#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace packages {

/// One alternative of a dependency, or one thing provided: "libc6:any (>= 2.34)".
struct Relation {
    std::string name;
    std::string architecture;  ///< "any" in "python3:any"; else empty
    std::string comparison;    ///< "<<", "<=", "=", ">=", ">>"; empty: any version will do
    std::string version;

    [[nodiscard]] bool accepts(std::string_view other_version) const;
};

/// What has to be satisfied by one of its alternatives: "default-mta | mail-transport-agent".
struct Clause {
    std::string text;
    std::vector<Relation> alternatives;
};

/// A field like Depends or Provides: clauses between commas, which may go over several lines.
/// Restrictions to architectures "[amd64]" and build profiles "<!nocheck>" are passed over.
std::vector<Clause> parse_clauses(std::string_view field);

}  // namespace packages
