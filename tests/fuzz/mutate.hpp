#pragma once

#include <iterator>
#include <random>

#include "tests/fuzz/target.hpp"

namespace vitrine::fuzz {

/// A mutator for where there is no libFuzzer: it knows nothing of coverage, but of words, small
/// numbers and sizes, which is what the formats here are made of. One seed, one input.
class Mutator {
  public:
    Mutator(const std::vector<Bytes>& seeds, std::uint64_t seed) : seeds_(seeds), random_(seed) {}

    Bytes make() {
        Bytes bytes = any();
        for (std::uint64_t left = 1 + below(below(4) == 0 ? 16 : 3); left != 0; --left) step(bytes);
        if (bytes.size() > kMaxBytes) bytes.resize(kMaxBytes);
        return bytes;
    }

  private:
    static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

    std::uint64_t below(std::uint64_t end) { return random_() % end; }
    const Bytes& any() { return seeds_[below(seeds_.size())]; }

    std::uint64_t odd_number(std::size_t size) {
        constexpr std::uint64_t kOdd[] = {0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0xffff, 1ULL << 31};
        switch (below(5)) {
            case 0: return random_();
            case 1: return ~std::uint64_t{0} - below(4);
            case 2: return size / 8 + below(5) - 2;
            case 3: return below(64);
            default: return kOdd[below(std::size(kOdd))];
        }
    }
    void step(Bytes& bytes) {
        if (bytes.empty()) return bytes.push_back(static_cast<std::uint8_t>(random_()));
        const std::size_t at = below(bytes.size());
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t room = bytes.size() - at;
        switch (below(10)) {
            case 0:
            case 1: bytes[at] ^= static_cast<std::uint8_t>(1U << below(8)); break;
            case 2: bytes[at] = static_cast<std::uint8_t>(odd_number(bytes.size())); break;
            case 3:
            case 4: {  // a number of some width, where numbers lie
                const std::size_t width = std::size_t{1} << below(4);
                const std::size_t from = at / width * width;
                const std::uint64_t number = odd_number(bytes.size());
                std::memcpy(bytes.data() + from, &number, std::min(width, bytes.size() - from));
                break;
            }
            case 5: bytes.erase(place, place + static_cast<std::ptrdiff_t>(length(room))); break;
            case 6: {
                const std::uint8_t fill = below(2) == 0 ? 0 : static_cast<std::uint8_t>(random_());
                bytes.insert(place, length(64), fill);
                break;
            }
            case 7: {  // a part moves to another place
                const std::size_t size = length(room);
                const Bytes part(place, place + static_cast<std::ptrdiff_t>(size));
                const std::size_t to = below(bytes.size() - size + 1);
                std::copy(part.begin(), part.end(),
                          bytes.begin() + static_cast<std::ptrdiff_t>(to));
                break;
            }
            case 8: {  // the end of another one
                const Bytes& other = any();
                bytes.resize(at);
                if (at < other.size())
                    bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(at),
                                 other.end());
                break;
            }
            default: bytes.resize(at); break;
        }
    }
    std::size_t length(std::size_t room) {
        const std::size_t size = 1 + below(below(3) == 0 ? 200 : 9);
        return std::min(room, below(2) == 0 ? (size + 7) / 8 * 8 : size);
    }

    const std::vector<Bytes>& seeds_;
    std::mt19937_64 random_;
};

}  // namespace vitrine::fuzz
