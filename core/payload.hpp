#pragma once

#include "core/ids.hpp"

namespace vitrine::core {

/// How deep structs and lists may be nested in one payload. Copying and walking recurse this deep.
inline constexpr unsigned kMaxNesting = 256;

/// Elements without size (Void, structs without fields) that all lists of a record may have together.
/// They take no room, so nothing else bounds the time of who goes over a list.
inline constexpr std::uint64_t kMaxEmptyElements = std::uint64_t{1} << 16;

/// Says what makes `payload` unfit to be read by unchecked Cap'n Proto readers; nullptr when it is
/// fit: every pointer stays inside, none is far or a capability, no two lead to the same words,
/// nesting ends within kMaxNesting, and lists of nothing within kMaxEmptyElements. copyToUnchecked
/// makes nothing else, apart from these two.
///
/// It is a walk of our own because Cap'n Proto's checked walk (targetSize) follows far pointers,
/// which unchecked readers refuse, has no bound on shared targets, and throws where this answers.
/// It does not know the schema: an accessor that meets another kind of pointer than it expects
/// still throws kj::Exception, as does Text without its NUL.
/// Requires: `payload` is 8-aligned. Cost: O(size); no allocation.
/// Source: capnproto.org/encoding.html.
/// `reached`, if given: the words that the root and all pointers lead to, when there is no fault. If
/// those are all, there is no garbage.
const char* find_payload_fault(Words payload, std::size_t* reached = nullptr) noexcept;

}  // namespace vitrine::core
