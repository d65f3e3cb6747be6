#pragma once

#include <chrono>
#include <optional>

#include <vitrine/retention.hpp>

#include "core/ids.hpp"

namespace vitrine::core {

/// A rule of retention out of the two words in which files have it (its kind and amount); nothing
/// when they name none that is known.
inline std::optional<Retention> to_retention(Word kind, Word amount) {
    switch (kind) {
        case static_cast<Word>(Retention::Kind::none): return Retention::none();
        case static_cast<Word>(Retention::Kind::commits): return Retention::commits(amount);
        case static_cast<Word>(Retention::Kind::duration):
            return Retention::duration(std::chrono::duration<std::uint64_t, std::nano>(amount));
        case static_cast<Word>(Retention::Kind::forever): return Retention::forever();
        default: return std::nullopt;
    }
}

}  // namespace vitrine::core
