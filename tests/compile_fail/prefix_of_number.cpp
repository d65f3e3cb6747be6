// expect: no matching (member )?function
#include <vitrine/vitrine.hpp>

void read(const vitrine::Tree<int, int>& tree) { (void)tree.prefix(1); }
