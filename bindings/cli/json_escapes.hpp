#pragma once

#include <string>
#include <string_view>

namespace vitrine::cli {

/// The same JSON with the characters themselves where it has \uXXXX. Cap'n Proto 0.9.2's parser
/// misreads the letters of such numbers ("\u001c" is 0x12 to it, "\u00e9" an I) and knows nothing of
/// surrogate pairs; characters as they are, control characters too but not NUL, it takes as they are.
/// Throws: JsonError for an escape without its four digits, and for half a surrogate pair.
std::string without_unicode_escapes(std::string_view json);

}  // namespace vitrine::cli
