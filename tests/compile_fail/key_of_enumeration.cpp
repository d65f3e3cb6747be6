// expect: use its underlying integer
#include <vitrine/vitrine.hpp>

enum class Color { red };

void read(const vitrine::Snapshot& snapshot) { (void)snapshot.tree<Color, int>("t"); }
