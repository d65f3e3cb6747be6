#pragma once

#include <string>
#include <string_view>
#include <tuple>

#include <vitrine/vitrine.hpp>

#include "packages.capnp.h"

// How the store is laid out: its roots, and the kinds of its trees.
namespace packages {

using PackageRef = vitrine::Ref<stored::Package>;

using NameKey = std::tuple<std::string, std::string>;  // name, architecture
inline constexpr std::string_view kByName = "by-name";

using SectionKey =
    std::tuple<std::string, std::string, std::string>;  // section, name, architecture
inline constexpr std::string_view kBySection = "by-section";

inline constexpr std::string_view kSource = "source";    // a stored::Source
inline constexpr std::string_view kAnswers = "answers";  // a stored::Answers

/// The stored text, which lives as long as what it was read from.
inline std::string_view view_of(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

}  // namespace packages
