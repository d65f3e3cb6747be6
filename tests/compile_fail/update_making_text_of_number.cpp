// expect: UpdateFunction|MapsValue|FillsStruct
#include <vitrine/vitrine.hpp>

void write(vitrine::TreeEditor<int, int>& tree) {
    tree.update(1, [](int) { return "text"; });
}
