#include <cmath>

#include <vitrine/detail/key_codec.hpp>
#include <vitrine/error.hpp>

#include "btree/key.hpp"
#include "btree/key_text.hpp"
#include "tests/fuzz/target.hpp"

// Keys. Any bytes may be taken for a key of any kind: they are refused in words, or are a key whose
// encoding is these bytes. Keys made of the input sort as their bytes do.

namespace {

using namespace vitrine;
using namespace vitrine::detail;
using fuzz::require;

template <class K>
std::vector<std::byte> encoded(const K& key) {
    const EncodedKey<K> bytes(key);
    const BytesView view = bytes;
    return {view.begin(), view.end()};
}

template <class K>
void check_bytes(BytesView bytes) {
    try {
        std::string unescaped;
        if constexpr (KeyCodec<K>::kFixed) {
            if (bytes.size() != 8) return;
            const std::uint64_t head = btree::head_of(bytes);
            const K key = KeyCodec<K>::view(head);
            // Narrow integers and doubles do not use all of 64 bits.
            if (KeyCodec<K>::order(key) != head) return;
            require(std::ranges::equal(encoded<K>(key), bytes), "a key has another encoding");
        } else {
            const K key = KeyCodec<K>::own(KeyCodec<K>::view(bytes, unescaped));
            const auto again = encoded<K>(key);
            // Minus zero and NaN have bytes of their own, which nobody writes.
            const bool doubles = KeyCodec<K>::name().find("double") != std::string::npos;
            require(doubles || std::ranges::equal(again, bytes), "a key has another encoding");
        }
    } catch (const Error&) {
        return;  // said in words: no such key, NaN, too long
    }
}

template <class K>
K make(fuzz::Input& input) {
    if constexpr (std::same_as<K, std::string>) {
        return std::string(input.text(input.number<std::uint8_t>() % 12));
    } else if constexpr (std::same_as<K, Bytes>) {
        const auto bytes = std::as_bytes(input.bytes(input.number<std::uint8_t>() % 12));
        return {bytes.begin(), bytes.end()};
    } else if constexpr (std::same_as<K, double>) {
        const auto number = input.number<double>();
        return std::isnan(number) || number == 0 ? 0.0 : number;
    } else if constexpr (Number<K>) {
        return input.number<K>();
    } else {
        return []<class... Ks>(fuzz::Input& in, std::type_identity<std::tuple<Ks...>>) {
            return std::tuple<Ks...>{make<Ks>(in)...};
        }(input, std::type_identity<K>{});
    }
}

template <class K>
void check_pair(fuzz::Input input) {
    const K a = make<K>(input), b = make<K>(input);
    const auto one = encoded<K>(a), other = encoded<K>(b);
    require((a < b) == (btree::compare_keys(one, other) < 0) && (a == b) == (one == other),
            "keys sort otherwise than their bytes");
    std::string unescaped;
    if constexpr (KeyCodec<K>::kFixed) {
        require(KeyCodec<K>::view(btree::head_of(one)) == a, "a key comes back as another");
    } else {
        require(KeyCodec<K>::own(KeyCodec<K>::view(one, unescaped)) == a,
                "a key comes back as another");
    }
    btree::TreeKind kind;
    kind.key = KeyCodec<K>::name();
    kind.fixed_keys = KeyCodec<K>::kFixed;
    require(!btree::key_text(kind, one).empty(), "a key has no text");
}

template <class... Ks>
void check_all(fuzz::Input input, BytesView bytes) {
    (check_bytes<Ks>(bytes), ...);
    (check_pair<Ks>(input), ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> copy(data, data + size);
    const BytesView bytes = std::as_bytes(std::span(copy));
    using Text = std::string;
    check_all<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
              std::int64_t, std::uint64_t, double, Text, Bytes, std::tuple<Text, std::int32_t>,
              std::tuple<Bytes, Text>, std::tuple<double, std::uint8_t, Text>,
              std::tuple<std::int16_t, Bytes, std::int64_t>>({data, size}, bytes);
    fuzz::Input input(data, size);
    btree::TreeKind kind;
    kind.fixed_keys = input.number<std::uint8_t>() % 2 == 0;
    kind.key = input.text(input.number<std::uint8_t>() % 24);
    const std::string_view rest = input.all_text();
    require(!btree::key_text(kind, std::as_bytes(std::span(rest))).empty(), "a key has no text");
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    std::vector<Bytes> inputs;
    const auto add = [&](const auto& key) {
        const auto bytes = encoded(key);
        inputs.emplace_back();
        append(inputs.back(), bytes.data(), bytes.size());
    };
    add(std::int64_t{-5});
    add(1.5);
    add(std::string("station\0three", 13));
    add(std::tuple(std::string("a\0b", 3), std::int32_t{-7}));
    add(std::tuple(vitrine::Bytes(3), std::string("text")));
    add(std::tuple(-0.5, std::uint8_t{200}, std::string()));
    add(std::tuple(std::int16_t{-1}, vitrine::Bytes(2), std::int64_t{1} << 40));
    for (const char* kind : {"(string,i64)", "(bytes,u8,double)", "i64", "double", "()", "(,)"}) {
        inputs.push_back({1, static_cast<std::uint8_t>(std::strlen(kind))});
        append(inputs.back(), kind);
        append(inputs.back(), std::string_view("some\0\0key\0\xff\0\0....", 17));
    }
    return inputs;
}
