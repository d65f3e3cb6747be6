#pragma once

#include <cstdint>
#include <string>

#include "tests/support/history/history.hpp"

/// Histories in words, for messages.
namespace vitrine::test::history {

inline std::string tell(std::uint32_t transaction) { return "T" + std::to_string(transaction); }
/// Programs give each tree a part of the numbers by their highest byte.
inline std::string tell(Key key) {
    constexpr unsigned kPartBits = 56;
    const Key part = key >> kPartBits;
    const std::string number = std::to_string(key - (part << kPartBits));
    return "list " + (part == 0 ? "" : std::to_string(part) + ":") + number;
}
inline std::string tell(const List& list) {
    constexpr std::size_t kShown = 40;
    std::string text = "[";
    for (std::size_t i = list.size() > kShown ? list.size() - kShown : 0; i < list.size(); ++i)
        text += (text.size() > 1        ? " "
                 : list.size() > kShown ? "... "
                                        : "") +
                std::to_string(list[i]);
    return text + "]";
}
inline std::string tell(Key key, const List& list) { return tell(key) + " " + tell(list); }

}  // namespace vitrine::test::history
