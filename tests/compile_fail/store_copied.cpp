// expect: deleted
#include <vitrine/vitrine.hpp>

void copy(vitrine::Store& store) { vitrine::Store other = store; }
