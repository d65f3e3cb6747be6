#include "core/payload.hpp"

#include <memory>
#include <random>
#include <vector>

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/schema.capnp.h>
#include <capnp/schema.h>
#include <gtest/gtest.h>
#include <kj/exception.h>

namespace vitrine::core {
namespace {

using Payload = std::vector<Word>;

std::span<capnp::word> as_capnp(Payload& payload) {
    return {reinterpret_cast<capnp::word*>(payload.data()), payload.size()};
}

/// A record with every kind of pointer: Cap'n Proto's own description of one of its structs.
Payload make_payload() {
    capnp::MallocMessageBuilder message;
    message.setRoot(capnp::Schema::from<capnp::schema::Field>().getProto());
    const auto root = message.getRoot<capnp::schema::Node>().asReader();
    Payload payload(root.totalSize().wordCount + 1);
    const std::span<capnp::word> words = as_capnp(payload);
    capnp::copyToUnchecked(root, kj::arrayPtr(words.data(), words.size()));
    return payload;
}

/// Whether Cap'n Proto's own checked walk accepts it.
bool capnp_accepts(Payload& payload) {
    const std::span<capnp::word> words = as_capnp(payload);
    const kj::ArrayPtr<const capnp::word> segment[] = {kj::arrayPtr(words.data(), words.size())};
    capnp::ReaderOptions options;
    options.traversalLimitInWords = kj::maxValue;
    options.nestingLimit = static_cast<int>(kMaxNesting);
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(segment, 1), options);
    try {
        return message.getRoot<capnp::AnyPointer>().targetSize().capCount == 0;
    } catch (const kj::Exception&) {
        return false;
    }
}

Word struct_pointer(std::int32_t offset, std::uint64_t data, std::uint64_t pointers) {
    return (static_cast<std::uint32_t>(offset) << 2) | data << 32 | pointers << 48;
}

TEST(PayloadTest, AcceptsWhatCopyToUncheckedMakes) {
    EXPECT_EQ(find_payload_fault(make_payload()), nullptr);
}

TEST(PayloadTest, NamesEachFault) {
    EXPECT_STREQ(find_payload_fault({}), "it is empty");
    EXPECT_STREQ(find_payload_fault(Payload{2, 0}), "it holds a far pointer or a capability");
    EXPECT_STREQ(find_payload_fault(Payload{3, 0}), "it holds a far pointer or a capability");
    EXPECT_STREQ(find_payload_fault(Payload{struct_pointer(0, 1, 0)}),
                 "a pointer leads outside of it");
    EXPECT_STREQ(find_payload_fault(Payload{struct_pointer(-2, 0, 0)}),
                 "a pointer leads outside of it");
    const Word text = struct_pointer(1, 0, 0) | 1 | Word{2} << 32 | Word{8} << 35;
    EXPECT_STREQ(find_payload_fault(Payload{struct_pointer(0, 0, 2), text, text - 4, 0}),
                 "two pointers lead to the same words");
    EXPECT_STREQ(find_payload_fault(Payload{1 | Word{7} << 32 | Word{1} << 35, 1, 0}),
                 "a list of structs has no tag");
    EXPECT_STREQ(
        find_payload_fault(Payload{1 | Word{7} << 32 | Word{1} << 35, struct_pointer(2, 1, 0), 0}),
        "a list of structs is too long");
}

TEST(PayloadTest, AcceptsNestingUpToItsBound) {
    const auto chain = [](std::size_t depth) {
        Payload payload(depth + 1, struct_pointer(0, 0, 1));
        payload.back() = 0;
        return payload;
    };
    EXPECT_EQ(find_payload_fault(chain(kMaxNesting)), nullptr);
    EXPECT_STREQ(find_payload_fault(chain(kMaxNesting + 1)), "it is nested too deeply");
}

TEST(PayloadTest, EndsOnPointersInACircle) {
    EXPECT_NE(find_payload_fault(Payload{struct_pointer(-1, 0, 1)}), nullptr);
    // Each of 64 structs leads twice to the next one: 2^64 paths.
    Payload doubling{struct_pointer(0, 0, 2)};
    for (int i = 0; i < 64; ++i) {
        doubling.push_back(struct_pointer(1, 0, 2));
        doubling.push_back(struct_pointer(0, 0, 2));
    }
    doubling.resize(doubling.size() + 2, 0);
    EXPECT_STREQ(find_payload_fault(doubling), "two pointers lead to the same words");
}

TEST(PayloadTest, IsNeverMoreLenientThanCapnp) {
    const Payload original = make_payload();
    const unsigned seed = 77;
    std::mt19937_64 random(seed);
    int accepted = 0;
    int refused = 0;
    for (int round = 0; round < 40'000; ++round) {
        Payload payload = original;
        const int changes = 1 + static_cast<int>(random() % 3);
        for (int i = 0; i < changes; ++i) {
            Word& word = payload[random() % payload.size()];
            switch (random() % 3) {
                case 0: word ^= Word{1} << random() % 64; break;
                case 1: word = payload[random() % payload.size()]; break;
                default: word = random(); break;
            }
        }
        if (random() % 8 == 0) payload.resize(1 + random() % payload.size());
        payload.shrink_to_fit();
        if (find_payload_fault(payload) != nullptr) {
            ++refused;
            continue;
        }
        ++accepted;
        ASSERT_TRUE(capnp_accepts(payload)) << "seed " << seed << ", round " << round;
        // Unchecked, through all of it; a sanitizer would see a step outside.
        const std::span<capnp::word> words = as_capnp(payload);
        const auto root = capnp::readMessageUnchecked<capnp::AnyPointer>(words.data());
        ASSERT_LT(root.targetSize().wordCount, payload.size());
    }
    EXPECT_GT(accepted, 1000);
    EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace vitrine::core
