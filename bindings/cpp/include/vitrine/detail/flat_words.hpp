#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include <capnp/any.h>
#include <capnp/message.h>

#include <vitrine/bytes.hpp>
#include <vitrine/detail/message.hpp>

namespace vitrine::detail {

/// A struct as one flat segment, the way it is stored. Small ones need no allocation.
class FlatWords {
  public:
    FlatWords() {}  // NOLINT(modernize-use-equals-default): leaves the words as they are
    FlatWords(const FlatWords&) = delete;
    FlatWords& operator=(const FlatWords&) = delete;

    /// Throws: UsageError when the struct cannot be stored: it holds a capability, is too large or
    /// nested too deeply.
    BytesView flatten(capnp::AnyStruct::Reader source);

  private:
    std::array<std::uint64_t, 64> small_;
    std::unique_ptr<std::uint64_t[]> large_;
};

/// A message in which one struct is built. Small ones need no allocation.
class BuildSpace {
  public:
    BuildSpace()
        : message_(kj::arrayPtr(reinterpret_cast<capnp::word*>(first_.data()), first_.size())) {}
    BuildSpace(const BuildSpace&) = delete;
    BuildSpace& operator=(const BuildSpace&) = delete;

    capnp::MessageBuilder& message() { return message_; }

  private:
    std::array<std::uint64_t, 64> first_{};  // a first segment must be zero
    Message message_;
};

}  // namespace vitrine::detail
