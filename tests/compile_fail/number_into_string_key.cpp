// expect: KeyArgument
#include <vitrine/vitrine.hpp>

void write(vitrine::TreeEditor<std::string, int>& tree) { tree.put(1, 1); }
