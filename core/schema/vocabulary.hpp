#pragma once

#include "core/ids.hpp"

namespace vitrine::core::schema {

// The ids of core/include/vitrine/vitrine.capnp, so that this layer needs no generated code.
// tests/core/schema/vocabulary_test.cpp holds the two together.
inline constexpr TypeId kRefType = 0xdcfa908cc32c015e;
inline constexpr TypeId kTreeRefType = 0xfa7472c38ec0d7d2;
inline constexpr std::uint64_t kWasAnnotation = 0xf69f3302350f842c;

}  // namespace vitrine::core::schema
