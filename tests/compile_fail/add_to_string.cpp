// expect: DeltaArgument
#include <vitrine/vitrine.hpp>

void write(vitrine::TreeEditor<int, std::string>& tree) { tree.add(1, 1); }
