#pragma once

#include <cstdint>
#include <string_view>

namespace vitrine::cli {

// The first line of an export. What is told of each thing: bindings/cli/README.md, "The export".
inline constexpr std::string_view kExportFormat = "vitrine export";
inline constexpr std::uint64_t kExportVersion = 1;

}  // namespace vitrine::cli
