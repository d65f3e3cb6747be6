// expect: deleted
#include <vitrine/vitrine.hpp>

void copy(vitrine::Transaction& tx) { vitrine::Transaction other = tx; }
