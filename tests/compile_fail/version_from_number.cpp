// expect: could not convert|no viable conversion|conversion from .* to non-scalar type
#include <vitrine/version.hpp>

vitrine::Version version = 7;
