// expect: KeyArgument
#include <vitrine/vitrine.hpp>

void write(vitrine::TreeEditor<int, bool>& tree) { tree.put(&tree, true); }
