#include <capnp/message.h>
#include <capnp/serialize.h>
#include <gtest/gtest.h>

#include "btree/leaf.hpp"
#include "btree/nodes.capnp.h"
#include "core/payload.hpp"
#include "tests/btree/leaf_samples.hpp"

namespace vitrine::btree {
namespace {

using namespace samples;
using namespace std::literals;

using Damage = void (*)(format::Leaf::Builder);

/// A leaf of two strings, the second value large, changed by `damage`.
Words damaged(Damage damage) {
    const LeafView::LargeStub stub{.object = 1, .bytes = 2};
    const std::vector<Entry> all{{bytes("key1"), bytes("abc"), false},
                                 {bytes("key2"), std::as_bytes(std::span(&stub, 1)), true}};
    const Words words = build_leaf(all, kStrings);
    capnp::MallocMessageBuilder message;
    message.setRoot(capnp::readMessageUnchecked<format::Leaf>(
        reinterpret_cast<const capnp::word*>(words.data())));
    const auto leaf = message.getRoot<format::Leaf>();
    damage(leaf);
    Words out(leaf.asReader().totalSize().wordCount + 1);
    capnp::copyToUnchecked(leaf.asReader(),
                           kj::arrayPtr(reinterpret_cast<capnp::word*>(out.data()), out.size()));
    EXPECT_EQ(core::find_payload_fault(out), nullptr);  // damage that the general check lets pass
    return out;
}

std::string complaint(Damage damage) {
    try {
        view_leaf(damaged(damage));
    } catch (const std::runtime_error& fault) {
        return fault.what();
    }
    return "none";
}

TEST(LeafDamageTest, TheUndamagedLeafIsFine) {
    EXPECT_EQ(complaint([](format::Leaf::Builder) {}), "none");
}

TEST(LeafDamageTest, RefusesListsThatDoNotAgree) {
    EXPECT_EQ(complaint([](auto leaf) { leaf.initHeads(3); }),
              "it has not one suffix for each key");
    EXPECT_EQ(complaint([](auto leaf) { leaf.disownSuffixOffsets(); }),
              "it has not one suffix for each key");
    EXPECT_EQ(complaint([](auto leaf) { leaf.initValueOffsets(2); }),
              "it has not one value for each key");
    EXPECT_EQ(complaint([](auto leaf) { leaf.setValueForm(format::ValueForm::WORD); }),
              "it has not one value for each key");
    EXPECT_EQ(complaint([](auto leaf) { leaf.setValueForm(static_cast<format::ValueForm>(3)); }),
              "its form of values is unknown");
}

TEST(LeafDamageTest, RefusesSuffixOffsetsThatLeadOutside) {
    constexpr auto kFall = "its suffix offsets do not rise from 0";
    EXPECT_EQ(complaint([](auto leaf) { leaf.getSuffixOffsets().set(0, 1); }), kFall);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getSuffixOffsets().set(1, 9); }), kFall);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getSuffixOffsets().set(2, 9); }),
              "its suffixes end elsewhere than their offsets say");
    EXPECT_EQ(complaint([](auto leaf) { leaf.disownSuffixes(); }),
              "its suffixes end elsewhere than their offsets say");
}

TEST(LeafDamageTest, RefusesValueOffsetsThatLeadOutside) {
    constexpr auto kFall = "its value offsets do not rise from 0";
    constexpr auto kEnd = "its values end elsewhere than their offsets say";
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(0, 1); }), kFall);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(1, 99); }), kFall);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(1, 3); }), "none");
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(1, 3 | LeafView::kLarge); }),
              "none");
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(2, 19 | LeafView::kLarge); }),
              kEnd);
    EXPECT_EQ(complaint([](auto leaf) { leaf.initValues(18); }), kEnd);
}

TEST(LeafDamageTest, RefusesALargeValueThatIsNoStub) {
    constexpr auto kStub = "the place of a large value is not 16 bytes";
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(0, LeafView::kLarge); }), kStub);
    EXPECT_EQ(complaint([](auto leaf) { leaf.getValueOffsets().set(1, 4 | LeafView::kLarge); }),
              kStub);
}

TEST(LeafDamageTest, RefusesListsOfOtherElements) {
    const auto with_list = [](std::uint16_t pointer, capnp::ElementSize size) {
        Words words = damaged([](auto) {});
        // The pointer's element size lies in its bits 32 to 34.
        core::Word& word = words[2 + pointer];
        word = (word & ~(std::uint64_t{7} << 32)) | std::uint64_t{static_cast<unsigned>(size)}
                                                        << 32;
        return words;
    };
    for (std::uint16_t pointer = 0; pointer < 6; ++pointer) {
        const Words words = with_list(pointer, capnp::ElementSize::BIT);
        EXPECT_THROW(view_leaf(words), std::runtime_error) << pointer;
    }
    EXPECT_THROW(view_leaf(with_list(2, capnp::ElementSize::EIGHT_BYTES)), std::runtime_error);
    EXPECT_THROW(view_leaf(with_list(0, capnp::ElementSize::POINTER)), std::runtime_error);
    EXPECT_THROW(view_leaf({}), std::runtime_error);
}

TEST(LeafDamageTest, AnyFlippedBitIsRefusedOrStaysInside) {
    Words words = damaged([](auto) {});
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < words.size() * 64; ++bit) {
        words[bit / 64] ^= std::uint64_t{1} << bit % 64;
        if (core::find_payload_fault(words) == nullptr) {
            try {
                const LeafView leaf = view_leaf(words);
                const LeafEntries all = entries_of(leaf);  // touches every byte, for the sanitizer
                for (const Entry& entry : all.entries) locate(leaf, entry.key);
                EXPECT_LE(leaf_row_bytes(all.entries, {leaf.fixed_keys, leaf.form}), kRowBytes);
                ++accepted;
            } catch (const std::runtime_error&) {
                ++refused;
            }
        }
        words[bit / 64] ^= std::uint64_t{1} << bit % 64;
    }
    EXPECT_GT(accepted, 64u);  // keys and values
    EXPECT_GT(refused, 64u);   // offsets and sizes
}

TEST(LeafDamageTest, OrderCheckSeesWhatTheViewDoesNot) {
    const auto order_fault = [](Damage damage) -> std::string {
        const Words words = damaged(damage);
        try {
            check_order(view_leaf(words));
        } catch (const std::runtime_error& fault) {
            return fault.what();
        }
        return "none";
    };
    EXPECT_EQ(order_fault([](auto) {}), "none");
    EXPECT_EQ(order_fault([](auto leaf) { leaf.getHeads().set(0, 5); }),
              "a key has the head of another");
    EXPECT_EQ(order_fault([](auto leaf) {
                  leaf.getSuffixes()[1] = leaf.getSuffixes()[0];
                  leaf.getHeads().set(1, leaf.getHeads()[0]);
              }),
              "its keys do not rise");
    const Built equal(std::vector<Entry>{{bytes("12345678"), bytes("12345678"), false},
                                         {bytes("12345678"), bytes("12345678"), false}},
                      kNumbers);
    EXPECT_THROW(check_order(equal.view), std::runtime_error);
}

}  // namespace
}  // namespace vitrine::btree
