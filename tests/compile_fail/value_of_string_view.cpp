// expect: use std::string as the kind of value
#include <vitrine/vitrine.hpp>

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<int, std::string_view>("t"); }
