// expect: ValueArgument
#include <vitrine/vitrine.hpp>

void write(vitrine::TreeEditor<int, bool>& tree) { tree.put(1, "yes"); }
