#pragma once

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace vitrine::core {

[[noreturn]] inline void assertion_failed(const char* file, int line, const char* condition,
                                          const std::string& operands) {
    std::fprintf(stderr, "vitrine: %s:%d: %s does not hold%s%s\n", file, line, condition,
                 operands.empty() ? "" : ": ", operands.c_str());
    std::abort();
}

template <class... Operands>
std::string show_operands(const Operands&... operands) {
    std::string text;
    ((text += fmt::format("{} ", operands)), ...);
    return text;
}

}  // namespace vitrine::core

/// The third error channel: we are wrong. On in every build; operands are printed.
#define VITRINE_ASSERT(condition, ...)                                                      \
    do {                                                                                    \
        if (!(condition)) [[unlikely]]                                                      \
            ::vitrine::core::assertion_failed(__FILE__, __LINE__, #condition,               \
                                              ::vitrine::core::show_operands(__VA_ARGS__)); \
    } while (false)
