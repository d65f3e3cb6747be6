// expect: ValueArgument
#include <vitrine/vitrine.hpp>

void write(vitrine::TreeEditor<int, std::string>& tree) { tree.put(1, 1); }
