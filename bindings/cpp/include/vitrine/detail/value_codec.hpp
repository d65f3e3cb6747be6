#pragma once

#include <array>
#include <concepts>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vitrine/bytes.hpp>
#include <vitrine/detail/argument.hpp>
#include <vitrine/detail/flat_words.hpp>
#include <vitrine/detail/key_codec.hpp>
#include <vitrine/detail/leaf_view.hpp>
#include <vitrine/detail/number.hpp>
#include <vitrine/detail/struct_type.hpp>
#include <vitrine/item.hpp>
#include <vitrine/ref.hpp>

namespace vitrine::detail {

/// "0x00c0ffee…" with 16 digits, as the kinds of trees have ids of structs.
std::string name_of_type(std::uint64_t id);

/// How values of kind V become bytes and come back. What KeyCodec says of names holds here too.
template <class V>
struct ValueCodec {
    static_assert(!std::same_as<V, std::string_view> && !std::is_convertible_v<V, const char*>,
                  "a tree owns its values: use std::string as the kind of value (std::string_view "
                  "and literals can be passed for it)");
    static_assert(!std::same_as<V, BytesView>,
                  "a tree owns its values: use vitrine::Bytes as the kind of value");
    static_assert(!std::same_as<V, char>, "a value of char: use std::int8_t or std::uint8_t");
    static_assert(!std::same_as<V, float> && !std::same_as<V, long double>,
                  "a floating-point value: use double");
    static_assert(!std::is_enum_v<V>, "a value of an enumeration: use its underlying integer");
    static_assert(!std::same_as<V, AnyRef>, "a reference as value: use vitrine::Ref<T>");
    static_assert(!std::is_void_v<V>, "a tree without values: use vitrine::Unit as their kind");
    static_assert(
        !requires { typename V::Reads; } && !requires { typename V::Builds; },
        "a reader or builder as value: use the Cap'n Proto struct itself");
    static_assert(
        sizeof(V*) == 0,
        "a value is an integer of 8 to 64 bits, double, bool, std::string, vitrine::Bytes, "
        "vitrine::Ref<T>, vitrine::TreeRef<K, V>, a Cap'n Proto struct or vitrine::Unit: "
        "use one of them");
};

/// Values that are 8 bytes in place.
struct WordCodec {
    static constexpr btree::ValueForm kForm = btree::ValueForm::word;
    static constexpr bool kHeld = false;
    using Scratch = std::uint64_t;

    static std::uint64_t word_of(BytesView bytes) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        return word;
    }
    static BytesView keep(std::uint64_t word, Scratch& scratch) {
        scratch = word;
        return std::as_bytes(std::span<const std::uint64_t, 1>(&scratch, 1));
    }
};

template <class V>
    requires(Number<V> || std::same_as<V, bool>)
struct ValueCodec<V> : WordCodec {
    using Owned = V;
    using View = V;
    template <class Q>
    static constexpr bool kAccepts =
        std::same_as<V, double> ? DoubleArgument<Q> : IntegerArgument<Q>;

    static std::string name() { return name_of_number<V>(); }
    template <class Q>
    static BytesView encode(const Q& argument, Scratch& scratch) {
        if constexpr (std::same_as<V, double>)
            return keep(to_word(to_double(argument)), scratch);
        else
            return keep(to_word(to_integer<V>(argument)), scratch);
    }
    static V view(BytesView bytes) { return from_word<V>(word_of(bytes)); }
    static V own(BytesView bytes) { return view(bytes); }
};

template <class R>
struct RefCodec : WordCodec {
    using Owned = R;
    using View = R;
    template <class Q>
    static constexpr bool kAccepts = std::same_as<Q, R>;

    static BytesView encode(R argument, Scratch& scratch) { return keep(argument.id(), scratch); }
    static R view(BytesView bytes) { return R{AnyRef{word_of(bytes)}}; }
    static R own(BytesView bytes) { return view(bytes); }
};

template <class T>
struct ValueCodec<Ref<T>> : RefCodec<Ref<T>> {
    static std::string name() { return "ref " + name_of_type(capnp::typeId<T>()); }
};

template <class K, class V>
struct ValueCodec<TreeRef<K, V>> : RefCodec<TreeRef<K, V>> {
    static std::string name() {
        return "tree " + KeyCodec<K>::name() + " -> " + ValueCodec<V>::name();
    }
};

template <>
struct ValueCodec<std::string> {
    static constexpr btree::ValueForm kForm = btree::ValueForm::bytes;
    static constexpr bool kHeld = false;
    using Owned = std::string;
    using View = std::string_view;
    struct Scratch {};
    template <class Q>
    static constexpr bool kAccepts = TextArgument<Q>;

    static std::string name() { return "string"; }
    template <class Q>
    static BytesView encode(const Q& argument, Scratch&) {
        return bytes_of(to_text(argument));
    }
    static View view(BytesView bytes) { return text_of(bytes); }
    static std::string own(BytesView bytes) { return std::string(text_of(bytes)); }
};

template <>
struct ValueCodec<Bytes> {
    static constexpr btree::ValueForm kForm = btree::ValueForm::bytes;
    static constexpr bool kHeld = false;
    using Owned = Bytes;
    using View = BytesView;
    struct Scratch {};
    template <class Q>
    static constexpr bool kAccepts = BytesArgument<Q>;

    static std::string name() { return "bytes"; }
    template <class Q>
    static BytesView encode(const Q& argument, Scratch&) {
        return to_bytes(argument);
    }
    static View view(BytesView bytes) { return bytes; }
    static Bytes own(BytesView bytes) { return {bytes.begin(), bytes.end()}; }
};

template <>
struct ValueCodec<Unit> {
    static constexpr btree::ValueForm kForm = btree::ValueForm::none;
    static constexpr bool kHeld = false;
    using Owned = Unit;
    using View = Unit;
    struct Scratch {};
    template <class Q>
    static constexpr bool kAccepts = std::same_as<Q, Unit>;

    static std::string name() { return "unit"; }
    static BytesView encode(Unit, Scratch&) { return {}; }
    static Unit view(BytesView) { return {}; }
    static Unit own(BytesView) { return {}; }
};

/// What may be passed for a struct: its reader or builder, an item or object of it, or a function
/// that fills it.
template <class Q, class T>
concept ReaderArgument = std::convertible_to<const Q&, typename T::Reader> || requires(const Q& q) {
    { *q } -> std::convertible_to<typename T::Reader>;
};
template <class Q, class T>
concept FillArgument = std::invocable<Q&, typename T::Builder> && !ReaderArgument<Q, T>;

template <CapnpStruct T>
struct ValueCodec<T> {
    static constexpr btree::ValueForm kForm = btree::ValueForm::bytes;
    static constexpr bool kHeld = true;
    using Owned = Item<T>;
    using View = typename T::Reader;
    using Scratch = FlatWords;
    template <class Q>
    static constexpr bool kAccepts = ReaderArgument<Q, T> || FillArgument<Q, T>;

    static std::string name() { return "struct " + name_of_type(capnp::typeId<T>()); }

    template <class Q>
    static BytesView encode(Q&& argument, Scratch& scratch) {
        using Plain = std::remove_cvref_t<Q>;
        if constexpr (std::convertible_to<const Plain&, View>) {
            return scratch.flatten(View{argument});
        } else if constexpr (ReaderArgument<Plain, T>) {
            return scratch.flatten(View{*argument});
        } else {
            BuildSpace space;
            std::invoke(argument, space.message().template initRoot<T>());
            return scratch.flatten(space.message().template getRoot<T>().asReader());
        }
    }
    static View view(BytesView bytes) {
        return read_flat<T>(reinterpret_cast<const capnp::word*>(bytes.data()));
    }
    static Item<T> own(btree::OwnedValue value) { return Item<T>{std::move(value)}; }
};

/// What may be passed for a value of kind V.
template <class Q, class V>
concept ValueArgument = ValueCodec<V>::template kAccepts<std::remove_cvref_t<Q>>;

/// The argument's bytes, for the full expression in which it stands.
template <class V>
class EncodedValue {
  public:
    template <class Q>
    explicit EncodedValue(Q&& argument)
        : bytes_(ValueCodec<V>::encode(std::forward<Q>(argument), scratch_)) {}
    EncodedValue(const EncodedValue&) = delete;
    EncodedValue& operator=(const EncodedValue&) = delete;

    operator BytesView() const { return bytes_; }  // NOLINT(google-explicit-constructor)

  private:
    typename ValueCodec<V>::Scratch scratch_;
    BytesView bytes_;
};

}  // namespace vitrine::detail
