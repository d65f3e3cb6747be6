// The header needs no other before it, as C11 and (header_alone_cpp.cpp) as C++.
#include <vitrine.h>

vitrine_status (*const opens)(const char*, const vitrine_open_options*,
                              vitrine_store**) = vitrine_open;
