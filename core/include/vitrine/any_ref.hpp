#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>

namespace vitrine {

/// A stored reference to an object or a tree, without its type: 8 bytes, owns nothing.
/// The null reference (`AnyRef{}`) refers to nothing and is false.
/// Threads: a value; copy it freely.
class AnyRef {
  public:
    constexpr AnyRef() = default;
    explicit constexpr AnyRef(std::uint64_t id) : id_(id) {}

    /// The object's id in its file: never 0 for an object, never given to another one.
    [[nodiscard]] constexpr std::uint64_t id() const { return id_; }
    explicit constexpr operator bool() const { return id_ != 0; }

    friend constexpr auto operator<=>(AnyRef, AnyRef) = default;
    friend std::ostream& operator<<(std::ostream& out, AnyRef ref) { return out << '#' << ref.id_; }

  private:
    std::uint64_t id_ = 0;
};

}  // namespace vitrine

template <>
struct std::hash<vitrine::AnyRef> {
    std::size_t operator()(vitrine::AnyRef ref) const noexcept {
        return std::hash<std::uint64_t>{}(ref.id());
    }
};
