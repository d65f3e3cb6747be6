// expect: use std::string as the kind of key
#include <vitrine/vitrine.hpp>

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<const char*, int>("t"); }
