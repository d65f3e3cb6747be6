// expect: a floating-point value: use double
#include <vitrine/vitrine.hpp>

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<int, float>("t"); }
