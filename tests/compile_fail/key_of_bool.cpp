// expect: a key of bool or char: use std::uint8_t
#include <vitrine/vitrine.hpp>

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<bool, int>("t"); }
