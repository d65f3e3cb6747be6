#pragma once

#include <optional>
#include <vector>

#include <capnp/any.h>
#include <capnp/message.h>

#include <vitrine/detail/message.hpp>

#include "core/ids.hpp"

namespace vitrine::mvcc {

/// An object's private copy while a transaction edits it.
class WorkingCopy {
  public:
    /// An empty message, for a new object.
    WorkingCopy();
    /// A copy of a checked record's payload.
    explicit WorkingCopy(core::Words payload);

    [[nodiscard]] capnp::MessageBuilder& message() { return message_; }

    /// The content as one flat segment, without the garbage that editing leaves.
    /// Throws: UsageError when it cannot be stored (capabilities, nested too deep, too large).
    [[nodiscard]] std::vector<core::Word> flatten();

  private:
    /// Nothing when it is not one segment without garbage.
    [[nodiscard]] std::optional<std::vector<core::Word>> as_it_lies();

    std::size_t copied_ = 0;        // words that were given
    std::vector<core::Word> room_;  // they, and zeros behind
    detail::Message message_;
};

/// A reader over a checked payload.
capnp::AnyStruct::Reader read_struct(core::Words payload);

/// Whether two payloads say the same; a struct that only grew by default values does.
bool same_content(core::Words a, core::Words b);

}  // namespace vitrine::mvcc
