#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <vitrine/bytes.hpp>
#include <vitrine/detail/argument.hpp>
#include <vitrine/detail/key_fields.hpp>
#include <vitrine/detail/number.hpp>
#include <vitrine/detail/struct_type.hpp>

namespace vitrine::detail {

template <class T>
inline constexpr bool kIsTuple = false;
template <class... Ts>
inline constexpr bool kIsTuple<std::tuple<Ts...>> = true;

template <class T>
concept PlainKey = Number<T> || std::same_as<T, std::string> || std::same_as<T, Bytes>;

template <class T>
inline constexpr bool kIsKey = PlainKey<T>;
template <class... Ts>
inline constexpr bool kIsKey<std::tuple<Ts...>> = sizeof...(Ts) > 0 && (PlainKey<Ts> && ...);

/// How keys of kind K become bytes that sort as the keys do, and come back.
///   kFixed             8 bytes, which the machine also hands out as one number
///   Owned, View        the key as the user has it, and as it is shown while a tree owns its bytes
///   kAccepts<Q>        whether a Q may be passed for it
///   Scratch, encode()  the bytes, borrowed from the argument or the scratch
///   write(), take()    the same as a field of a composite key
/// Throws: UsageError for keys that do not fit, are NaN, or are too long.
template <class K>
struct KeyCodec {
    static_assert(!std::same_as<K, std::string_view> && !std::is_convertible_v<K, const char*>,
                  "a tree owns its keys: use std::string as the kind of key (std::string_view and "
                  "literals can be passed for it)");
    static_assert(!std::same_as<K, BytesView>,
                  "a tree owns its keys: use vitrine::Bytes as the kind of key");
    static_assert(!std::same_as<K, bool> && !std::same_as<K, char>,
                  "a key of bool or char: use std::uint8_t or std::int8_t");
    static_assert(!std::same_as<K, float> && !std::same_as<K, long double>,
                  "a floating-point key: use double");
    static_assert(!std::is_enum_v<K>, "a key of an enumeration: use its underlying integer");
    static_assert(!CapnpStruct<K>, "a struct as key: use a std::tuple of its fields");
    static_assert(kIsKey<K>,
                  "a key is an integer of 8 to 64 bits, double, std::string, vitrine::Bytes, or a "
                  "std::tuple of these: use one of them");
};

template <Number K>
struct KeyCodec<K> {
    static constexpr bool kFixed = true;
    using Owned = K;
    using View = K;
    using Scratch = std::array<std::byte, 8>;
    template <class Q>
    static constexpr bool kAccepts =
        std::same_as<K, double> ? DoubleArgument<Q> : IntegerArgument<Q>;

    static std::string name() { return name_of_number<K>(); }

    template <class Q>
    static K convert(const Q& argument) {
        if constexpr (std::same_as<K, double>)
            return to_double(argument);
        else
            return to_integer<K>(argument);
    }
    /// The number whose order as an unsigned one is the keys'.
    static std::uint64_t order(K key) {
        if constexpr (std::same_as<K, double>)
            return order_double(key);
        else if constexpr (std::signed_integral<K>)
            return to_word(key) ^ kSignBit;
        else
            return key;
    }
    static K view(std::uint64_t ordered) {
        if constexpr (std::same_as<K, double>)
            return unorder_double(ordered);
        else if constexpr (std::signed_integral<K>)
            return static_cast<K>(ordered ^ kSignBit);
        else
            return static_cast<K>(ordered);
    }
    template <class Q>
    static BytesView encode(const Q& argument, Scratch& scratch) {
        const std::uint64_t big_endian = __builtin_bswap64(order(convert(argument)));
        static_assert(std::endian::native == std::endian::little);
        std::memcpy(scratch.data(), &big_endian, sizeof big_endian);
        return scratch;
    }
    static K own(K key) { return key; }

    static constexpr unsigned kWidth = sizeof(K);
    /// The sign bit of the key's own width, as it lies in order()'s 64 bits.
    static constexpr std::uint64_t kFieldSign =
        std::signed_integral<K> ? std::uint64_t{1} << (8 * kWidth - 1) : 0;
    template <class Q>
    static void write(const Q& argument, FieldWriter& out) {
        const K key = convert(argument);
        if constexpr (std::same_as<K, double>)
            out.put_number(order_double(key), kWidth);
        else
            out.put_number(to_word(key) ^ kFieldSign, kWidth);
    }
    static K take(FieldReader& in) {
        const std::uint64_t bits = in.take_number(kWidth);
        if constexpr (std::same_as<K, double>)
            return unorder_double(bits);
        else
            return static_cast<K>(bits ^ kFieldSign);
    }
};

template <>
struct KeyCodec<std::string> {
    static constexpr bool kFixed = false;
    using Owned = std::string;
    using View = std::string_view;
    struct Scratch {};
    template <class Q>
    static constexpr bool kAccepts = TextArgument<Q>;

    static std::string name() { return "string"; }
    template <class Q>
    static BytesView encode(const Q& argument, Scratch&) {
        const BytesView bytes = bytes_of(to_text(argument));
        if (bytes.size() > kMaxKeyBytes) throw_key_too_long(bytes);
        return bytes;
    }
    static View view(BytesView key, std::string&) { return text_of(key); }
    static std::string own(View key) { return std::string(key); }
    template <class Q>
    static void write(const Q& argument, FieldWriter& out) {
        out.put_text(bytes_of(to_text(argument)));
    }
    static View take(FieldReader& in) { return text_of(in.take_text()); }
};

template <>
struct KeyCodec<Bytes> {
    static constexpr bool kFixed = false;
    using Owned = Bytes;
    using View = BytesView;
    struct Scratch {};
    template <class Q>
    static constexpr bool kAccepts = BytesArgument<Q>;

    static std::string name() { return "bytes"; }
    template <class Q>
    static BytesView encode(const Q& argument, Scratch&) {
        const BytesView bytes = to_bytes(argument);
        if (bytes.size() > kMaxKeyBytes) throw_key_too_long(bytes);
        return bytes;
    }
    static View view(BytesView key, std::string&) { return key; }
    static Bytes own(View key) { return {key.begin(), key.end()}; }
    template <class Q>
    static void write(const Q& argument, FieldWriter& out) {
        out.put_text(to_bytes(argument));
    }
    static View take(FieldReader& in) { return in.take_text(); }
};

template <class... Ks>
    requires(kIsKey<std::tuple<Ks...>>)
struct KeyCodec<std::tuple<Ks...>> {
    static constexpr bool kFixed = false;
    using Owned = std::tuple<Ks...>;
    using View = std::tuple<typename KeyCodec<Ks>::View...>;
    using Scratch = FieldWriter;

    /// Whether leading fields can be passed as these; all fields when there are as many.
    template <class... Qs>
    static constexpr bool accepts_fields() {
        if constexpr (sizeof...(Qs) > sizeof...(Ks)) {
            return false;
        } else {
            return []<std::size_t... I>(std::index_sequence<I...>) {
                return (KeyCodec<std::tuple_element_t<I, Owned>>::template kAccepts<
                            std::remove_cvref_t<std::tuple_element_t<I, std::tuple<Qs...>>>> &&
                        ...);
            }
            (std::index_sequence_for<Qs...>{});
        }
    }
    template <class Q>
    struct Accepts : std::false_type {};
    template <class... Qs>
    struct Accepts<std::tuple<Qs...>>
        : std::bool_constant<sizeof...(Qs) == sizeof...(Ks) && accepts_fields<Qs...>()> {};
    template <class A, class B>
    struct Accepts<std::pair<A, B>> : Accepts<std::tuple<A, B>> {};
    template <class Q>
    static constexpr bool kAccepts = Accepts<Q>::value;

    static std::string name() {
        std::string names;
        ((names += (names.empty() ? "(" : ",") + KeyCodec<Ks>::name()), ...);
        return names + ")";
    }

    template <class... Qs>
    static BytesView encode_fields(FieldWriter& out, const Qs&... fields) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (KeyCodec<std::tuple_element_t<I, Owned>>::write(fields, out), ...);
        }
        (std::index_sequence_for<Qs...>{});
        return out.written();
    }
    template <class Q>
    static BytesView encode(const Q& argument, Scratch& scratch) {
        return std::apply([&](const auto&... fields) { return encode_fields(scratch, fields...); },
                          argument);
    }
    static View view(BytesView key, std::string& unescaped) {
        FieldReader in(key, unescaped);
        View fields{KeyCodec<Ks>::take(in)...};  // braces: from left to right
        in.finish();
        return fields;
    }
    static Owned own(const View& key) {
        return std::apply([](const auto&... fields) { return Owned{KeyCodec<Ks>::own(fields)...}; },
                          key);
    }
};

/// What may be passed for a key of kind K.
template <class Q, class K>
concept KeyArgument = KeyCodec<K>::template kAccepts<std::remove_cvref_t<Q>>;

/// The argument's bytes, for the full expression in which it stands.
template <class K>
class EncodedKey {
  public:
    template <class Q>
    explicit EncodedKey(const Q& argument) : bytes_(KeyCodec<K>::encode(argument, scratch_)) {}
    EncodedKey(const EncodedKey&) = delete;
    EncodedKey& operator=(const EncodedKey&) = delete;

    operator BytesView() const { return bytes_; }  // NOLINT(google-explicit-constructor)

  private:
    typename KeyCodec<K>::Scratch scratch_;
    BytesView bytes_;
};

}  // namespace vitrine::detail
