// expect: KeyArgument
#include <vitrine/vitrine.hpp>

void read(const vitrine::Tree<std::string, int>& tree) { (void)tree.range(1, 2); }
