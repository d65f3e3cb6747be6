#include "tests/bindings/cli/everything.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>

#include "tests/bindings/cli/everything.capnp.h"

namespace vitrine::test {
namespace {

using everything::Item;
using everything::Pair;
using Limits64 = std::numeric_limits<std::int64_t>;

void fill_scalars(Item::Builder item) {
    item.setFlag(true);
    item.setTiny(-128);
    item.setSmall(-32768);
    item.setMedium(-2147483647 - 1);
    item.setLarge(Limits64::min());
    item.setUtiny(255);
    item.setUsmall(65535);
    item.setUmedium(4294967295U);
    item.setUlarge(std::numeric_limits<std::uint64_t>::max());
    item.setSingle(0.1F);
    item.setDouble(1.0 / 3);
    item.setColour(everything::Colour::DARK_GREEN);
}

void fill_texts(Item::Builder item) {
    item.setText("Gr\xC3\xBC\xC3\x9F \"quoted\" \\ / \n\t\x01\x7F \xF0\x9F\x90\xA6");
    const kj::byte bytes[] = {0, 1, 254, 255};
    item.setData(kj::arrayPtr(bytes, sizeof bytes));
    auto texts = item.initTexts(3);
    texts.set(0, "");
    texts.set(1, "one");
    texts.set(2, capnp::Text::Reader(kBroken.c_str(), kBroken.size()));
}

void fill_lists(Item::Builder item) {
    auto numbers = item.initNumbers(2);
    numbers.set(0, Limits64::max());
    numbers.set(1, -1);
    auto nested = item.initNested(3);
    nested.init(0, 2).set(1, 7);
    nested.init(1, 0);
    item.initChildren(2)[1].setText("child");
    item.initColours(2).set(0, static_cast<everything::Colour>(9));  // of a later release
    auto flags = item.initFlags(9);
    flags.set(8, true);
    item.initVoids(3);
}

Ref<Item> create_linked(Transaction& txn, AnyRef ledger) {
    const auto last = txn.create<Item>([](Item::Builder item) { item.setWord("the last"); });
    return txn.create<Item>([&](Item::Builder item) {
        fill_scalars(item);
        fill_texts(item);
        fill_lists(item);
        last.store(item.initNext());
        last.store(item.initFriends(2)[1]);
        item.initLedger().setId(ledger.id());
        item.getPlace().setX(12);
        item.initBox().setWidth(3);
        item.getBox().setLid("oak");
        item.getEither().initRight(0);
    });
}

// What JSON finds hard, an object each.
void create_hard(Transaction& txn, TreeEditor<std::string, Ref<Item>>& tree) {
    const auto add = [&](const char* name, auto fill) { tree.put(name, txn.create<Item>(fill)); };
    add("empty", [](Item::Builder) {});
    add("nan", [](Item::Builder item) { item.setDouble(std::nan("")); });
    add("odd nan", [](Item::Builder item) {
        double odd = 0;
        const std::uint64_t bits = 0xFFF8000000000123;
        std::memcpy(&odd, &bits, sizeof odd);
        item.setDouble(odd);
    });
    add("infinities", [](Item::Builder item) {
        item.setDouble(-std::numeric_limits<double>::infinity());
        item.setSingle(std::numeric_limits<float>::infinity());
        item.setInfinite(0);
    });
    add("minus zero", [](Item::Builder item) { item.setDouble(-0.0); });
    add("denormal", [](Item::Builder item) {
        item.setDouble(std::numeric_limits<double>::denorm_min());
        item.setSingle(std::numeric_limits<float>::denorm_min());
    });
    add("empty data", [](Item::Builder item) { item.initData(0); });
    add("empty text", [](Item::Builder item) { item.setText(""); });
    add("text of zeros", [](Item::Builder item) { item.setText(capnp::Text::Reader("a\0b", 3)); });
    add("not utf-8", [](Item::Builder item) {
        item.setText(capnp::Text::Reader(kBroken.c_str(), kBroken.size()));
    });
    add("null in a union", [](Item::Builder item) {
        item.setWord("gone");
        item.disownWord();
    });
    add("any struct", [](Item::Builder item) { item.getAny().initAs<Item>().setText("inside"); });
    add("any list", [](Item::Builder item) {
        item.initAnything().initAs<capnp::List<std::uint32_t>>(3).set(1, 5);
    });
    add("any null in the union", [](Item::Builder item) { item.initAnything(); });
    add("generic", [](Item::Builder item) {
        auto pair = item.initPair();
        pair.setFirst("one");
        pair.initSecond().setDepth(2);
        pair.initSwapped().initFirst().setLabel("other way round");
        pair.getSwapped().setSecond("two");
    });
    add("defaults overwritten", [](Item::Builder item) {
        item.setWithDefault("");
        item.setLimit(0);
        item.initListed(0);
        item.initInner();
        item.initBlob(0);
        item.setTruth(false);
    });
    add("null references in a list", [](Item::Builder item) { item.initFriends(2); });
    add("deep", [](Item::Builder item) {
        for (int depth = 0; depth < 100; ++depth) item = item.initChild();
        item.setText("at the bottom");
    });
    add("large", [](Item::Builder item) { item.setText(std::string(100'000, 'L')); });
}

template <class K, class... Keys>
void make_tree(Transaction& txn, const char* name, const Keys&... keys) {
    auto tree = txn.tree<K, std::int32_t>(name);
    std::int32_t number = 0;
    (tree.put(keys, ++number), ...);
}

void make_trees_of_all_keys(Transaction& txn) {
    make_tree<std::int8_t>(txn, "tree-i8", -128, 0, 127);
    make_tree<std::int16_t>(txn, "tree-i16", -32768, 0, 32767);
    make_tree<std::int32_t>(txn, "tree-i32", -2147483647 - 1, 0, 7);
    make_tree<std::int64_t>(txn, "tree-i64", Limits64::min(), -1, Limits64::max());
    make_tree<std::uint8_t>(txn, "tree-u8", 0, 255);
    make_tree<std::uint16_t>(txn, "tree-u16", 0, 65535);
    make_tree<std::uint32_t>(txn, "tree-u32", 0, 4294967295U);
    make_tree<std::uint64_t>(txn, "tree-u64", 0, std::numeric_limits<std::uint64_t>::max());
    make_tree<double>(txn, "tree-double", -std::numeric_limits<double>::infinity(), -0.1, 0.0,
                      1e300);
    make_tree<std::string>(txn, "tree-string", "", "a/b%c", std::string("z\0z", 3), kBroken,
                           std::string(1024, 'k'));
    make_tree<Bytes>(txn, "tree-bytes", Bytes{}, Bytes{std::byte{0}}, Bytes{std::byte{0xFF}});
    using Key = std::tuple<std::string, std::int64_t, Bytes, double, std::uint8_t>;
    make_tree<Key>(txn, "tree-tuple", Key{"", 0, {}, 0.5, 0},
                   Key{std::string("\0x", 2), Limits64::min(), {std::byte{0}}, -1e-300, 255});
}

void make_trees_of_all_values(Transaction& txn, Ref<Item> item) {
    txn.tree<int, std::int64_t>("values-i64").put(1, Limits64::min());
    txn.tree<int, std::uint8_t>("values-u8").put(1, 255);
    txn.tree<int, std::uint64_t>("values-u64").put(1, ~std::uint64_t{0});
    auto doubles = txn.tree<int, double>("values-double");
    doubles.put(1, std::nan(""));
    doubles.put(2, -0.0);
    doubles.put(3, -std::nan("77"));
    txn.tree<int, bool>("values-bool").put(1, true);
    auto texts = txn.tree<int, std::string>("values-string");
    texts.put(1, "");
    texts.put(2, kBroken);
    texts.put(3, std::string(200'000, 't'));
    txn.tree<int, Bytes>("values-bytes").put(1, Bytes(3000, std::byte{7}));
    txn.tree<int, Ref<Item>>("values-ref").put(1, item);
    txn.tree<int, Ref<Item>>("values-ref").put(2, Ref<Item>{});
    const auto inner = txn.create_tree<std::string, Unit>();
    txn.tree(inner).put("a member");
    txn.tree<int, TreeRef<std::string, Unit>>("values-tree").put(1, inner);
    auto structs = txn.tree<int, Item>("values-struct");
    structs.put(1, [](Item::Builder value) { fill_texts(value); });
    structs.put(2, [](Item::Builder) {});
    structs.put(3, [](Item::Builder value) { value.setText(std::string(5000, 's')); });
    static_cast<void>(txn.tree<int, int>("values-none").ref());  // a tree without entries
    auto many = txn.tree<std::string, std::int64_t>("many");
    for (int i = 0; i < 5000; ++i) many.put("key " + std::to_string(i), i);
}

}  // namespace

void fill_with_everything(Store& store) {
    store.transact([](Transaction& txn) {
        const auto ledger = txn.create_tree<std::uint64_t, std::string>();
        txn.tree(ledger).put(1, "first");
        const Ref<Item> item = create_linked(txn, AnyRef{ledger.id()});
        txn.set_root("all", item);
        txn.set_root("slash/and %", item);
        txn.set_root(kBroken, item);
        auto hard = txn.tree<std::string, Ref<Item>>("hard");
        create_hard(txn, hard);
        make_trees_of_all_keys(txn);
        make_trees_of_all_values(txn, item);
    });
    // An older version and an erased object: an export shows neither.
    store.transact([](Transaction& txn) {
        const auto gone = txn.create<Item>();
        txn.set_root("dangling", gone);
        txn.edit(txn.root<Item>("all")).setFlag(false);
    });
    store.transact([](Transaction& txn) { txn.erase(txn.root<Item>("dangling")); });
}

}  // namespace vitrine::test
