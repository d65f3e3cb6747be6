// expect: DeltaArgument
#include <vitrine/vitrine.hpp>

void write(vitrine::TreeEditor<int, int>& tree) { tree.add(1, 0.5); }
