#include "btree/tree_header.hpp"

#include "btree/node_codec.hpp"
#include "btree/nodes.capnp.h"

namespace vitrine::btree {
namespace {

using namespace detail;

std::string_view view_text(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

std::size_t text_words(std::string_view text) { return words_for(text.size() + 1); }

capnp::Text::Reader as_text(std::string_view text, std::string& terminated) {
    terminated = text;
    return {terminated.data(), terminated.size()};
}

}  // namespace

TreeHeaderView view_tree_header(core::Words payload) {
    return read_node<format::TreeHeader>(payload, [](format::TreeHeader::Reader node) {
        demand(node.getValueForm() <= format::ValueForm::BYTES, "its form of values is unknown");
        demand((node.getRoot() == 0) == (node.getHeight() == 0),
               "its height does not fit its root");
        return TreeHeaderView{.key_kind = view_text(node.getKeyKind()),
                              .value_kind = view_text(node.getValueKind()),
                              .count = node.getCount(),
                              .root = node.getRoot(),
                              .height = node.getHeight(),
                              .fixed_keys = node.getFixedKeys(),
                              .form = static_cast<ValueForm>(node.getValueForm())};
    });
}

core::WordBuffer build_tree_header(const TreeHeaderView& header) {
    FlatBuilder builder(fixed_words<format::TreeHeader>() + text_words(header.key_kind) +
                        text_words(header.value_kind));
    auto node = builder.initRoot<format::TreeHeader>();
    std::string terminated;
    node.setKeyKind(as_text(header.key_kind, terminated));
    node.setValueKind(as_text(header.value_kind, terminated));
    node.setCount(header.count);
    node.setRoot(header.root);
    node.setHeight(header.height);
    node.setFixedKeys(header.fixed_keys);
    node.setValueForm(static_cast<format::ValueForm>(header.form));
    return builder.take();
}

}  // namespace vitrine::btree
