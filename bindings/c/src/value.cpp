#include <limits>

#include "bindings/c/src/record.hpp"
#include "bindings/c/src/tree.hpp"
#include "btree/arithmetic.hpp"
#include "btree/value_kind.hpp"

namespace vitrine::capi {
namespace {

/// Whether 64 bits are a number of that kind, as wider ones are narrowed to it.
bool fits(std::string_view kind, std::uint64_t word) {
    const auto is_unsigned = [&](unsigned bits) { return bits == 64 || word >> bits == 0; };
    const auto is_signed = [&](unsigned bits) {
        const auto number = static_cast<std::int64_t>(word);
        const std::int64_t half = std::int64_t{1} << (bits - 1);
        return number >= -half && number < half;
    };
    if (kind == "bool") return is_unsigned(1);
    if (kind == "u8") return is_unsigned(8);
    if (kind == "u16") return is_unsigned(16);
    if (kind == "u32") return is_unsigned(32);
    if (kind == "i8") return is_signed(8);
    if (kind == "i16") return is_signed(16);
    if (kind == "i32") return is_signed(32);
    if (btree::is_number(kind)) return true;
    return word <= core::kMaxObjectId;  // a reference
}

void check_word(const std::string& kind, BytesView value) {
    if (value.size() != sizeof(std::uint64_t))
        throw UsageError(fmt::format("a value of kind {} has 8 bytes, not {}", kind, value.size()));
    const std::uint64_t word = btree::word_of(value);
    if (!fits(kind, word))
        throw UsageError(fmt::format("the value {:#x} does not fit {}", word, kind));
}

}  // namespace

BytesView check_value(const vitrine_tree& tree, BytesView value, std::vector<core::Word>& aligned) {
    const btree::TreeKind& kind = tree.kind;
    if (kind.form == btree::ValueForm::none && !value.empty())
        throw UsageError("a set has no values");
    if (kind.form == btree::ValueForm::word) check_word(kind.value, value);
    const core::TypeId type = btree::struct_in(kind.value);
    if (type == 0) return value;
    aligned = checked_words(value, "value");
    check_fit(tree.store(), type, aligned);
    return std::as_bytes(std::span(aligned));
}

}  // namespace vitrine::capi
