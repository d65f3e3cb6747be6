#pragma once

#include <atomic>
#include <cstdint>

#include <capnp/message.h>
#include <capnp/schema.h>

namespace vitrine::detail {

/// A struct that the Cap'n Proto compiler generated.
template <class T>
concept CapnpStruct = capnp::kind<T>()
== capnp::Kind::STRUCT;

/// A program's struct, as the untyped machine sees it.
struct StructType {
    std::uint64_t id;
    capnp::StructSchema (*schema)();
    /// The number under which stores remember that they checked this type; 0 until the first check
    /// gives it one. Relaxed: it only says where to look, and 0 leads to the slow way.
    mutable std::atomic<std::uint32_t> slot{0};
};

template <class T>
inline constinit const StructType kStructType{
    capnp::typeId<T>(), [] { return capnp::StructSchema{capnp::Schema::from<T>()}; }};

/// Requires: `words` passed core::check_row, or is part of a value that did, and is of type T.
template <class T>
typename T::Reader read_flat(const capnp::word* words) {
    return capnp::readMessageUnchecked<T>(words);
}

}  // namespace vitrine::detail
