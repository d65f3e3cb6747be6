#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include <vitrine/bytes.hpp>

namespace vitrine::detail {

/// Longest encoded key. Unit: bytes.
inline constexpr std::size_t kMaxKeyBytes = 1024;

/// `start`: as much of the key as is at hand.
[[noreturn]] void throw_key_too_long(BytesView start);
[[noreturn]] void throw_damaged_key();
[[noreturn]] void throw_nan_key();

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

/// Doubles as numbers in the same order: -0.0 is 0.0. Throws: UsageError for NaN.
inline std::uint64_t order_double(double number) {
    if (number != number) throw_nan_key();
    const auto bits = std::bit_cast<std::uint64_t>(number == 0.0 ? 0.0 : number);
    return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
}

inline double unorder_double(std::uint64_t ordered) {
    return std::bit_cast<double>((ordered & kSignBit) != 0 ? ordered & ~kSignBit : ~ordered);
}

/// Writes the fields of a composite key so that the bytes sort as the fields do, one by one, and
/// each field ends by itself: leading fields are a prefix of the bytes.
///   numbers   their own width, big-endian, the sign bit flipped; doubles as order_double
///   texts     their bytes with 00 written 00 FF, and 00 00 at the end
class FieldWriter {
  public:
    FieldWriter() {}  // NOLINT(modernize-use-equals-default): leaves 1 KiB of bytes as it is

    void put_number(std::uint64_t big_endian_bits, unsigned bytes) {
        reserve(bytes);
        for (unsigned i = bytes; i > 0; --i) {
            bytes_[size_++] = static_cast<std::byte>(big_endian_bits >> (8 * (i - 1)));
        }
    }

    void put_text(BytesView text) {
        for (const std::byte byte : text) {
            reserve(2);
            bytes_[size_++] = byte;
            if (byte == std::byte{0}) bytes_[size_++] = std::byte{0xFF};
        }
        reserve(2);
        bytes_[size_++] = std::byte{0};
        bytes_[size_++] = std::byte{0};
    }

    /// Throws: UsageError when the key is too long.
    [[nodiscard]] BytesView written() const {
        if (size_ > kMaxKeyBytes) throw_key_too_long({bytes_.data(), size_});
        return {bytes_.data(), size_};
    }

  private:
    void reserve(std::size_t more) const {
        if (size_ + more > bytes_.size()) throw_key_too_long({bytes_.data(), size_});
    }

    std::array<std::byte, kMaxKeyBytes + 1> bytes_;  // one more, so that reserve(2) may be generous
    std::size_t size_ = 0;
};

/// Reads what a FieldWriter wrote. Throws: CorruptionError where that cannot be.
class FieldReader {
  public:
    /// `unescaped` holds the texts in which 00 had to be taken apart; the others stay in `key`.
    FieldReader(BytesView key, std::string& unescaped) : key_(key), unescaped_(unescaped) {
        unescaped_.clear();
    }

    std::uint64_t take_number(unsigned bytes) {
        if (key_.size() < bytes) throw_damaged_key();
        std::uint64_t number = 0;
        for (unsigned i = 0; i < bytes; ++i) {
            number = number << 8 | static_cast<std::uint64_t>(key_[i]);
        }
        key_ = key_.subspan(bytes);
        return number;
    }

    BytesView take_text() {
        const std::size_t plain = find_zero(0);
        if (key_[plain + 1] == std::byte{0}) {
            const BytesView text = key_.first(plain);
            key_ = key_.subspan(plain + 2);
            return text;
        }
        return take_escaped();
    }

    void finish() const {
        if (!key_.empty()) throw_damaged_key();
    }

  private:
    /// The next zero byte from `from` on; one byte at least follows it.
    [[nodiscard]] std::size_t find_zero(std::size_t from) const {
        if (from >= key_.size()) throw_damaged_key();
        const void* found = std::memchr(key_.data() + from, 0, key_.size() - from);
        if (found == nullptr) throw_damaged_key();
        const auto at =
            static_cast<std::size_t>(static_cast<const std::byte*>(found) - key_.data());
        if (at + 1 == key_.size()) throw_damaged_key();
        return at;
    }

    BytesView take_escaped() {
        // All texts of one key share the buffer: it must not move while they are taken.
        if (unescaped_.empty()) unescaped_.reserve(key_.size());
        const std::size_t begin = unescaped_.size();
        std::size_t from = 0;
        while (true) {
            const std::size_t zero = find_zero(from);
            unescaped_.append(reinterpret_cast<const char*>(key_.data()) + from, zero - from);
            from = zero + 2;
            if (key_[zero + 1] == std::byte{0}) break;
            if (key_[zero + 1] != std::byte{0xFF}) throw_damaged_key();
            unescaped_.push_back('\0');
        }
        key_ = key_.subspan(from);
        return {reinterpret_cast<const std::byte*>(unescaped_.data()) + begin,
                unescaped_.size() - begin};
    }

    BytesView key_;
    std::string& unescaped_;
};

}  // namespace vitrine::detail
