#include <capnp/message.h>
#include <capnp/schema.h>

#include <vitrine/error.hpp>

#include "core/payload.hpp"
#include "core/record.hpp"
#include "core/schema/references.hpp"
#include "tests/bindings/cli/everything.capnp.h"
#include "tests/fuzz/target.hpp"
#include "tests/fuzz/touch_record.hpp"

// Records of objects. What the check takes, unchecked readers of any type may read, and who looks
// for references; a row whose sum does not fit is never taken.

namespace {

using namespace vitrine;
using namespace vitrine::core;
namespace stored = vitrine::core::schema;
using everything::Item;
using fuzz::require;

constexpr TypeId kType = 0xa1c3e5f70921b4d6;

bool passes(ObjectId id, Version version, Words row) {
    try {
        check_row(id, version, row);
        return true;
    } catch (const CorruptionError&) {
        return false;
    }
}

void read_as_item(Words payload) {
    const auto record =
        capnp::readMessageUnchecked<Item>(reinterpret_cast<const capnp::word*>(payload.data()));
    fuzz::TouchRecord touch;
    touch.all(capnp::DynamicStruct::Reader(record));
    try {  // the typed way, as programs read
        std::uint64_t size = 0;
        if (record.hasText()) size += record.getText().size();
        for (const auto child : record.getChildren()) size += child.getData().size();
        for (const auto numbers : record.getNested()) size += numbers.size();
        require(size < payload.size_bytes() * 64, "more is read than there is");
    } catch (const kj::Exception&) {
        return;
    }
}

void look_for_references(Words payload) {
    std::uint64_t told = 0, targets = 0;
    bool whole = true;
    try {
        stored::visit_references(
            capnp::Schema::from<Item>(), payload,
            [&](ObjectId, TypeId, bool, const std::string& path) { told += path.empty() ? 0 : 1; });
    } catch (const kj::Exception&) {
        whole = false;
    }
    try {
        stored::visit_targets(capnp::Schema::from<Item>(), payload, [&](ObjectId) { ++targets; });
    } catch (const kj::Exception&) {
        whole = false;
    }
    require(!whole || told == targets, "the two ways to find references differ");
}

fuzz::Bytes input_of(capnp::MessageBuilder& message) {
    const auto root = message.getRoot<Item>().asReader();
    std::vector<Word> words(root.totalSize().wordCount + 1);
    capnp::copyToUnchecked(
        root, kj::arrayPtr(reinterpret_cast<capnp::word*>(words.data()), words.size()));
    fuzz::Bytes input;
    fuzz::append(input, words);
    return input;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const std::vector<Word> payload = input.words();
    const ObjectId id{17};
    const Version version{3};
    std::vector<Word> row{kType, checksum_row(id, version, kType, hash_payload(payload))};
    row.insert(row.end(), payload.begin(), payload.end());
    const bool sound =
        !payload.empty() && (payload[0] & 3) == 0 && find_payload_fault(payload) == nullptr;
    require(passes(id, version, row) == (sound || payload.empty()), "check_row does not check");
    require(!passes(id, Version{4}, row), "a row passes at another version");
    require(!passes(ObjectId{18}, version, row), "a row passes as another object");
    for (std::size_t i = 0; i < row.size(); i += 1 + row.size() / 8) {
        row[i] ^= Word{1} << (size + i) % 64;
        require(!passes(id, version, row), "a row with a flipped bit passes");
        row[i] ^= Word{1} << (size + i) % 64;
    }
    if (!sound) return 0;
    read_as_item(payload);
    look_for_references(payload);
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    std::vector<Bytes> inputs;
    for (int size = 0; size < 4; ++size) {
        capnp::MallocMessageBuilder message;
        auto item = message.initRoot<Item>();
        item.setLarge(-size);
        item.setText(std::string(static_cast<std::size_t>(size) * 7, 't'));
        if (size == 0) {
            inputs.push_back(input_of(message));
            continue;
        }
        item.setData(kj::arrayPtr(reinterpret_cast<const kj::byte*>("data"), 4));
        auto numbers = item.initNumbers(5);
        for (unsigned i = 0; i < 5; ++i) numbers.set(i, i);
        item.initTexts(2).set(0, "text");
        item.initNested(2).init(0, 3).set(1, 7);
        auto children = item.initChildren(static_cast<unsigned>(size));
        children[0].setText("child");
        children[0].initNext().setId(20);
        item.initFriends(3)[1].setId(21);
        item.initLedger().setId(22);
        item.initChild().initChild().setFlag(true);
        item.initFlags(11).set(3, true);
        item.initVoids(4);
        if (size == 2) item.initPair().initSecond().setLabel("label");
        if (size == 3) item.initAnything().initAs<Item>().setText("inside");
        inputs.push_back(input_of(message));
    }
    return inputs;
}
