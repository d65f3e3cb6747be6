// expect: use vitrine::Bytes as the kind of key
#include <vitrine/vitrine.hpp>

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<vitrine::BytesView, int>("t"); }
