// expect: return a copy of what you need
#include <vitrine/vitrine.hpp>

void run(vitrine::Store& store) {
    store.transact(
        [&](vitrine::Transaction& tx) { return *tx.tree<int, std::string>("t").begin(); });
}
