#include <stdexcept>

#include "btree/inner.hpp"
#include "btree/large_value.hpp"
#include "btree/leaf.hpp"
#include "btree/tree_header.hpp"
#include "core/payload.hpp"
#include "tests/fuzz/target.hpp"

// Records of tree nodes. What the payload's check and the view take must be readable to the last
// byte; what is in order besides must be found, and come back the same when it is built anew.

namespace {

using namespace vitrine;
using namespace vitrine::btree;
using fuzz::require;

std::uint64_t touched = 0;

void touch(ByteSpan bytes) {
    for (const std::byte byte : bytes) touched += std::to_integer<std::uint64_t>(byte);
}

void touch(std::string_view text) { touch(std::as_bytes(std::span(text))); }

bool same(ByteSpan a, ByteSpan b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

template <class View>
bool in_order(const View& view) {
    try {
        check_order(view);
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

void check_leaf(core::Words payload) {
    const LeafView leaf = view_leaf(payload);
    const LeafEntries all = entries_of(leaf);
    require(all.entries.size() == leaf.count, "a leaf has another number of entries than it says");
    for (std::uint32_t i = 0; i < leaf.count; ++i) {
        touch(key_at(leaf, i));
        touch(leaf.value(i));
        if (leaf.large(i)) touched += large_stub(leaf, i).object;
        touched +=
            locate(leaf, all.entries[i].key).index;  // in any order, it ends and stays inside
    }
    if (!in_order(leaf)) return;
    for (std::uint32_t i = 0; i < leaf.count; ++i) {
        const Position at = locate(leaf, all.entries[i].key);
        require(at.found && at.index == i, "a key of a leaf is not found");
    }
    const LeafKind kind{leaf.fixed_keys, leaf.form};
    const core::WordBuffer built = build_leaf(all.entries, kind);
    require(core::find_payload_fault(built) == nullptr, "a built leaf does not pass");
    const LeafEntries again = entries_of(view_leaf(built));
    require(again.entries.size() == leaf.count, "a leaf built anew has lost entries");
    for (std::uint32_t i = 0; i < leaf.count; ++i) {
        const btree::Entry &one = all.entries[i], &other = again.entries[i];
        require(
            same(one.key, other.key) && same(one.value, other.value) && one.large == other.large,
            "an entry built anew is another one");
    }
    require(build_leaf(again.entries, kind) == built, "the same entries give other bytes");
}

void check_inner(core::Words payload) {
    const InnerView inner = view_inner(payload);
    const InnerChildren all = children_of(inner);
    require(all.children.size() == inner.count, "a node has another number of children");
    for (std::uint32_t i = 0; i < inner.count; ++i) {
        touch(separator_at(inner, i));
        if (i != 0) {
            require(child_index(inner, all.children[i].separator) < inner.count,
                    "a search leaves the node");
        }
    }
    if (!in_order(inner)) return;
    for (std::uint32_t i = 1; i < inner.count; ++i)
        require(child_index(inner, all.children[i].separator) == i, "a child is not found");
    const core::WordBuffer built = build_inner(all.children, inner.fixed_keys);
    require(core::find_payload_fault(built) == nullptr, "a built node does not pass");
    const InnerChildren again = children_of(view_inner(built));
    require(again.children.size() == inner.count, "a node built anew has lost children");
    for (std::uint32_t i = 0; i < inner.count; ++i) {
        require(again.children[i].id == all.children[i].id &&
                    (i == 0 || same(again.children[i].separator, all.children[i].separator)),
                "a child built anew is another one");
    }
}

void check_header(core::Words payload) {
    const TreeHeaderView header = view_tree_header(payload);
    touch(header.key_kind);
    touch(header.value_kind);
    const core::WordBuffer built = build_tree_header(header);
    const TreeHeaderView again = view_tree_header(built);
    require(again.key_kind == header.key_kind && again.value_kind == header.value_kind &&
                again.count == header.count && again.root == header.root &&
                again.height == header.height && again.fixed_keys == header.fixed_keys &&
                again.form == header.form,
            "a header built anew is another one");
}

void check_value(core::Words payload) {
    const ByteSpan value = view_large_value(payload);
    touch(value);
    require(same(view_large_value(build_large_value(value)), value), "a large value changed");
}

fuzz::Bytes input_of(std::uint8_t what, core::Words payload) {
    fuzz::Bytes input{what};
    fuzz::append(input, payload);
    return input;
}

ByteSpan bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto what = input.number<std::uint8_t>();
    const std::vector<core::Word> payload = input.words();
    if (core::find_payload_fault(payload) != nullptr) return 0;
    try {
        switch (what % 4) {
            case 0: check_leaf(payload); break;
            case 1: check_inner(payload); break;
            case 2: check_header(payload); break;
            default: check_value(payload); break;
        }
    } catch (const std::runtime_error&) {
        return 0;  // refused, in words
    }
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    std::vector<Bytes> inputs;
    const auto texts = [](std::string_view start, int count) {
        std::vector<std::string> all;
        for (int i = 0; i < count; ++i)
            all.push_back(std::string(start) + char('a' + i) + std::string(i % 3, '\0'));
        return all;
    };
    for (const int count : {1, 3, 20}) {
        for (const char* start : {"", "a common beginning/"}) {
            const auto keys = texts(start, count);
            std::vector<btree::Entry> entries;
            std::vector<Child> children;
            for (const std::string& key : keys) {
                entries.push_back({bytes_of(key), bytes_of(key).first(key.size() / 2), false});
                children.push_back({bytes_of(key), 16 + children.size()});
            }
            entries.back() = {bytes_of(keys.back()), bytes_of("0123456789abcdef"), true};
            inputs.push_back(input_of(0, build_leaf(entries, {false, ValueForm::bytes})));
            inputs.push_back(input_of(1, build_inner(children, false)));
        }
        std::vector<std::array<std::byte, 8>> numbers(static_cast<std::size_t>(count));
        std::vector<btree::Entry> entries, set;
        std::vector<Child> children;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            store_head(i * i * 0x0123'4567'89AB, numbers[i].data());
            entries.push_back({numbers[i], numbers[i], false});
            set.push_back({numbers[i], {}, false});
            children.push_back({numbers[i], 16 + i});
        }
        inputs.push_back(input_of(0, build_leaf(entries, {true, ValueForm::word})));
        inputs.push_back(input_of(0, build_leaf(set, {true, ValueForm::none})));
        inputs.push_back(input_of(1, build_inner(children, true)));
    }
    inputs.push_back(input_of(2, build_tree_header({.key_kind = "(string,i64)",
                                                    .value_kind = "struct 0xa1c3e5f70921b4d6",
                                                    .count = 7,
                                                    .root = 20,
                                                    .height = 2,
                                                    .fixed_keys = false,
                                                    .form = ValueForm::bytes})));
    inputs.push_back(input_of(3, build_large_value(bytes_of(std::string(3000, 'v')))));
    return inputs;
}
