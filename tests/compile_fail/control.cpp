// compiles
#include <vitrine/version.hpp>

// The cases refuse what they refuse with these include folders, and not for want of a header.
static_assert(vitrine::Version{1} < vitrine::Version{2});
