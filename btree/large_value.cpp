#include "btree/large_value.hpp"

#include "btree/node_codec.hpp"
#include "btree/nodes.capnp.h"

namespace vitrine::btree {

using namespace detail;

ByteSpan view_large_value(core::Words payload) {
    return read_node<format::LargeValue>(payload, [](format::LargeValue::Reader node) {
        const capnp::Data::Reader bytes = node.getBytes();
        return ByteSpan{bytes_of(bytes), bytes.size()};
    });
}

core::WordBuffer build_large_value(ByteSpan value) {
    VITRINE_ASSERT(value.size() < std::size_t{1} << 29, value.size());
    FlatBuilder builder(fixed_words<format::LargeValue>() + words_for(value.size()));
    auto node = builder.initRoot<format::LargeValue>();
    if (!value.empty()) {
        auto bytes = node.initBytes(static_cast<std::uint32_t>(value.size()));
        std::memcpy(bytes.begin(), value.data(), value.size());
    }
    return builder.take();
}

}  // namespace vitrine::btree
