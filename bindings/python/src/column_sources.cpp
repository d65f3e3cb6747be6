#include "bindings/python/src/column_sources.hpp"

#include <fmt/format.h>

#include <vitrine/detail/key_codec.hpp>

namespace vitrine::python {
namespace {

constexpr NumberFormat kFormats[] = {{"b", 1}, {"h", 2}, {"i", 4}, {"q", 8}, {"B", 1},
                                     {"H", 2}, {"I", 4}, {"Q", 8}, {"d", 8}};

template <class T>
class Keys final : public ColumnSource {
  public:
    using ColumnSource::ColumnSource;
    void take(const btree::LeafView& leaf, std::uint32_t begin, std::uint32_t end) override {
        std::byte* out = column().extend(end - begin);
        for (std::uint32_t i = begin; i < end; ++i, out += sizeof(T)) {
            const T key = detail::KeyCodec<T>::view(leaf.heads[i]);
            std::memcpy(out, &key, sizeof key);
        }
    }
};

/// Words in place, of which the low bytes count.
template <class T>
class Words final : public ColumnSource {
  public:
    using ColumnSource::ColumnSource;
    void take(const btree::LeafView& leaf, std::uint32_t begin, std::uint32_t end) override {
        constexpr std::size_t kWord = 8;
        std::byte* out = column().extend(end - begin);
        const std::byte* in = leaf.values + begin * kWord;
        if constexpr (sizeof(T) == kWord) {
            std::memcpy(out, in, (end - begin) * kWord);
        } else {
            for (std::uint32_t i = begin; i < end; ++i, in += kWord, out += sizeof(T))
                std::memcpy(out, in, sizeof(T));
        }
    }
};

// The numbers of a kind, by their type in C++.
template <template <class> class Source>
std::unique_ptr<ColumnSource> source_of(PlainKind kind) {
    const auto make = [&]<class T>(T) -> std::unique_ptr<ColumnSource> {
        const NumberFormat format = format_of(kind);
        return std::make_unique<Source<T>>(format.code, format.width);
    };
    switch (kind) {
        case PlainKind::i8: return make(std::int8_t{});
        case PlainKind::i16: return make(std::int16_t{});
        case PlainKind::i32: return make(std::int32_t{});
        case PlainKind::i64: return make(std::int64_t{});
        case PlainKind::u8: return make(std::uint8_t{});
        case PlainKind::u16: return make(std::uint16_t{});
        case PlainKind::u32: return make(std::uint32_t{});
        case PlainKind::u64: return make(std::uint64_t{});
        default: return make(double{});
    }
}

}  // namespace

NumberFormat format_of(PlainKind kind) { return kFormats[static_cast<unsigned>(kind)]; }

std::unique_ptr<ColumnSource> key_source(const TreeBox& tree) {
    const KeyCodec& keys = tree.codec->key;
    if (!keys.fixed())
        throw TypeError(
            fmt::format("keys of kind {} are no column of numbers", tree.codec->kind.key));
    return source_of<Keys>(keys.plain());
}

std::unique_ptr<ColumnSource> value_source(const TreeBox& tree) {
    const ValueCodec& values = tree.codec->value;
    if (values.what() == ValueCodec::What::boolean)
        return std::make_unique<Words<std::uint8_t>>("?", 1U);
    if (values.what() == ValueCodec::What::number) return source_of<Words>(values.number());
    throw TypeError(fmt::format("values of kind {} are no column of numbers: name a field of them",
                                tree.codec->kind.value));
}

}  // namespace vitrine::python
