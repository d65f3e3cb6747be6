#include "btree/inner.hpp"

#include "btree/node_codec.hpp"
#include "btree/nodes.capnp.h"
#include "btree/split.hpp"
#include "core/record.hpp"

namespace vitrine::btree {
namespace {

using namespace detail;

class InnerSize {
  public:
    explicit InnerSize(bool fixed_keys) : keys_(fixed_keys) {}

    void add(const Child& child) {
        if (keys_.count() == 0) {
            keys_.add_blank();
        } else {
            keys_.add(child.separator);
        }
    }
    [[nodiscard]] std::size_t count() const { return keys_.count(); }
    [[nodiscard]] const KeysSize& keys() const { return keys_; }
    [[nodiscard]] std::size_t words() const {
        return fixed_words<format::Inner>() + keys_.words() + count();
    }
    [[nodiscard]] std::size_t row_bytes() const {
        return (core::kRowHeaderWords + words()) * sizeof(Word);
    }

  private:
    KeysSize keys_;
};

InnerSize measure(std::span<const Child> children, bool fixed_keys) {
    InnerSize size(fixed_keys);
    for (const Child& child : children) size.add(child);
    return size;
}

}  // namespace

InnerView view_inner(core::Words payload) {
    return read_node<format::Inner>(payload, [](format::Inner::Reader node) {
        const KeyColumn keys = view_keys(node);
        const std::span<const std::uint64_t> children = numbers64(node.getChildren());
        demand(keys.count != 0, "it has no children");
        demand(children.size() == keys.count, "it has not one child for each separator");
        InnerView inner;
        inner.heads = keys.heads;
        inner.children = children.data();
        inner.suffix_offsets = keys.suffix_offsets;
        inner.suffixes = keys.suffixes;
        inner.prefix = keys.prefix;
        inner.prefix_size = keys.prefix_size;
        inner.count = keys.count;
        inner.fixed_keys = node.getFixedKeys();
        return inner;
    });
}

void check_order(const InnerView& inner) { check_key_order(keys_of(inner), inner.fixed_keys); }

std::vector<std::byte> separator_at(const InnerView& inner, std::uint32_t i) {
    if (i == 0) return {};
    return copy_key(keys_of(inner), inner.fixed_keys, i - 1);
}

InnerChildren children_of(const InnerView& inner) {
    InnerChildren all;
    const KeyColumn keys = keys_of(inner);
    all.keys.resize(keys_bytes(keys, inner.fixed_keys));
    all.children.reserve(inner.count);
    all.children.push_back({{}, inner.children[0]});
    std::byte* out = all.keys.data();
    for (std::uint32_t i = 0; i < keys.count; ++i) {
        const std::size_t size = write_key(keys, inner.fixed_keys, i, out);
        all.children.push_back({{out, size}, inner.children[i + 1]});
        out += size;
    }
    return all;
}

std::size_t inner_row_bytes(std::span<const Child> children, bool fixed_keys) {
    return measure(children, fixed_keys).row_bytes();
}

core::WordBuffer build_inner(std::span<const Child> children, bool fixed_keys) {
    VITRINE_ASSERT(!children.empty());
    const InnerSize size = measure(children, fixed_keys);
    FlatBuilder builder(size.words());
    auto inner = builder.initRoot<format::Inner>();
    write_keys(inner, size.keys(), 1, [&](std::uint32_t i) { return children[i].separator; });
    auto ids = inner.initChildren(static_cast<std::uint32_t>(children.size()));
    for (std::uint32_t i = 0; i < children.size(); ++i) ids.set(i, children[i].id);
    return builder.take();
}

std::vector<std::size_t> split_children(std::span<const Child> children, bool fixed_keys,
                                        const Limits& limits, Fill fill) {
    return split(children, InnerSize(fixed_keys), limits, fill);
}

}  // namespace vitrine::btree
