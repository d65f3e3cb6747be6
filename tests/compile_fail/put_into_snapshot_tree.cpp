// expect: has no member named .put.|no member named 'put'
#include <vitrine/vitrine.hpp>

void write(const vitrine::Tree<int, int>& tree) { tree.put(1, 1); }
