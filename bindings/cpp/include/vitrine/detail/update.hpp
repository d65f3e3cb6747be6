#pragma once

#include <concepts>
#include <cstdint>

#include <vitrine/detail/value_codec.hpp>

namespace vitrine::detail {

template <class F, class V>
concept FillsStruct = CapnpStruct<V> && std::invocable<F&, typename V::Builder>;

template <class F, class V>
concept MapsValue = !CapnpStruct<V> && std::invocable<F&, typename ValueCodec<V>::Owned> &&
                    ValueArgument<std::invoke_result_t<F&, typename ValueCodec<V>::Owned>, V>;

/// fn(T::Builder) for structs, fn(V) -> V else.
template <class F, class V>
concept UpdateFunction = FillsStruct<F, V> || MapsValue<F, V>;

/// Only numbers can be added to; no fraction to an integer.
template <class D, class V>
concept DeltaArgument = (Integer<V> && IntegerArgument<D>) ||
                        (std::same_as<V, double> && DoubleArgument<D>);

/// The delta as the machine adds it. Throws: UsageError when it does not fit 64 bits.
template <class V, class D>
std::uint64_t to_delta(D delta) {
    if constexpr (std::same_as<V, double>) {
        return to_word(to_double(delta));
    } else if constexpr (std::unsigned_integral<V> && std::unsigned_integral<D>) {
        return delta;
    } else {
        return to_word(to_integer<std::int64_t>(delta));
    }
}

}  // namespace vitrine::detail
