// expect: refers to a Cap'n Proto struct T
#include <vitrine/vitrine.hpp>

vitrine::Ref<int> ref;
