// expect: ValueArgument
#include <vitrine/vitrine.hpp>

void write(vitrine::TreeEditor<int, int>& tree) { tree.put(1, 2.5); }
