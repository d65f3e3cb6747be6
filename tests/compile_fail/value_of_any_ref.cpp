// expect: a reference as value: use vitrine::Ref<T>
#include <vitrine/vitrine.hpp>

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<int, vitrine::AnyRef>("t"); }
