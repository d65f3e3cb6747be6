#include <vitrine/store.hpp>

#include "bindings/cpp/src/open_store.hpp"
#include "btree/collect.hpp"

namespace vitrine {

GcReport Store::collect_garbage(const Progress& progress) {
    return btree::collect_garbage(store().snapshot(), progress);
}

}  // namespace vitrine
