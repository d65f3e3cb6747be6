// expect: a key is an integer of 8 to 64 bits.* use one of them
#include <vitrine/vitrine.hpp>

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<std::pair<int, int>, int>("t"); }
