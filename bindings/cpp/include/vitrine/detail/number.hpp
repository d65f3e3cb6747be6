#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace vitrine::detail {

/// The integers that are kinds of keys and values: 8 to 64 bits, signed or not.
template <class T>
concept Integer = std::same_as<T, signed char> || std::same_as<T, unsigned char> ||
    std::same_as<T, short> || std::same_as<T, unsigned short> || std::same_as<T, int> ||
    std::same_as<T, unsigned> || std::same_as<T, long> || std::same_as<T, unsigned long> ||
    std::same_as<T, long long> || std::same_as<T, unsigned long long>;

template <class T>
concept Number = Integer<T> || std::same_as<T, double>;

/// What may be passed for an integer: any integer (checked at run time), no floating point.
template <class Q>
concept IntegerArgument = (std::integral<Q> && sizeof(Q) <= 8) ||
                          (std::is_enum_v<Q> && std::convertible_to<Q, int>);

/// What may be passed for a double: no long double, which would lose digits.
template <class Q>
concept DoubleArgument = IntegerArgument<Q> || std::same_as<Q, float> || std::same_as<Q, double>;

template <class T>
constexpr const char* name_of_number() {
    if constexpr (std::same_as<T, double>)
        return "double";
    else if constexpr (std::same_as<T, bool>)
        return "bool";
    else if constexpr (sizeof(T) == 1)
        return std::signed_integral<T> ? "i8" : "u8";
    else if constexpr (sizeof(T) == 2)
        return std::signed_integral<T> ? "i16" : "u16";
    else if constexpr (sizeof(T) == 4)
        return std::signed_integral<T> ? "i32" : "u32";
    else
        return std::signed_integral<T> ? "i64" : "u64";
}

[[noreturn]] void throw_unfit(long long number, const char* kind);
[[noreturn]] void throw_unfit(unsigned long long number, const char* kind);

template <IntegerArgument Q>
[[noreturn]] void refuse_number(Q argument, const char* kind) {
    if constexpr (std::is_signed_v<decltype(+argument)>) {
        throw_unfit(static_cast<long long>(argument), kind);
    } else {
        throw_unfit(static_cast<unsigned long long>(argument), kind);
    }
}

/// Throws: UsageError naming the number when it does not fit.
template <class T, IntegerArgument Q>
T to_integer(Q argument) {
    const auto number = +argument;  // promoted: bool and characters are numbers here
    if constexpr (std::same_as<T, bool>) {
        if (number != 0 && number != 1) refuse_number(argument, "bool");
        return number != 0;
    } else {
        if (!std::in_range<T>(number)) refuse_number(argument, name_of_number<T>());
        return static_cast<T>(number);
    }
}

/// Throws: UsageError when a double cannot hold the integer exactly.
template <DoubleArgument Q>
double to_double(Q argument) {
    if constexpr (IntegerArgument<Q>) {
        const auto number = +argument;
        auto magnitude = static_cast<std::uint64_t>(number);
        if (number < 0) magnitude = 0 - magnitude;
        const int digits = 64 - std::countl_zero(magnitude) - std::countr_zero(magnitude);
        if (digits > 53) refuse_number(argument, "double");
        return static_cast<double>(number);
    } else {
        return argument;
    }
}

/// The number as 64 bits: signed ones extended.
template <class T>
std::uint64_t to_word(T number) {
    if constexpr (std::same_as<T, double>) {
        return std::bit_cast<std::uint64_t>(number);
    } else if constexpr (std::signed_integral<T>) {
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(number));
    } else {
        return number;
    }
}

template <class T>
T from_word(std::uint64_t word) {
    if constexpr (std::same_as<T, double>) {
        return std::bit_cast<double>(word);
    } else if constexpr (std::same_as<T, bool>) {
        return word != 0;
    } else {
        return static_cast<T>(word);
    }
}

}  // namespace vitrine::detail
