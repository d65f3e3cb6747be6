#pragma once

#include <string>
#include <vector>

#include "core/storage.hpp"

namespace vitrine::cli {

/// What a store makes of one type of a program.
struct TypeVerdict {
    core::TypeId id = 0;
    std::string name{};
    std::string verdict{};  ///< equal, grown, older, new, refused, or stored only
    std::string why{};      ///< refused: what the SchemaError would say
};

/// Compares the structs and enums of a schema file with the stored ones, as a program that was
/// compiled with it would be at its first use of each. In the order of their names.
/// `imports`: folders in which absolute imports are looked for, before the system's.
/// Throws: StorageError when the file cannot be read or compiled.
std::vector<TypeVerdict> compare_with_file(const std::vector<core::StoredType>& stored,
                                           const std::string& file,
                                           const std::vector<std::string>& imports);

}  // namespace vitrine::cli
