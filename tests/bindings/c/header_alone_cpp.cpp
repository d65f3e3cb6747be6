#include <vitrine.h>

static_assert(VITRINE_OK == 0 && sizeof(vitrine_status) == 4);
