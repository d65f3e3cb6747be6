// expect: a floating-point key: use double
#include <vitrine/vitrine.hpp>

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<float, int>("t"); }
