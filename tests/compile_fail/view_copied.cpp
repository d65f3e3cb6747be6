// expect: deleted
#include <vitrine/vitrine.hpp>

void copy(vitrine::View& view) { vitrine::View other = view; }
