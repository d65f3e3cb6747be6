#include "bindings/cpp/src/kind_names.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/arithmetic.hpp"
#include "btree/key_text.hpp"

namespace vitrine::detail {
namespace {

constexpr std::string_view kTree = "tree ";
constexpr std::string_view kArrow = " -> ";

std::string quoted(std::string_view name) {
    return btree::bytes_text(std::as_bytes(std::span(name)));
}

void check_key_kind(std::string_view kind) {
    if (!is_tuple(kind)) return with_key_kind(kind, [](auto) {});
    for (const std::string_view field : fields_of(kind)) with_key_kind(field, [](auto) {});
}

/// "0x00c0ffee00c0ffee", as name_of_type() writes it.
bool is_type_id(std::string_view text) {
    constexpr std::size_t kDigits = 16;
    return text.size() == 2 + kDigits && text.starts_with("0x") &&
           text.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos &&
           text.find_first_not_of('0', 2) != std::string_view::npos;
}

btree::ValueForm form_of(std::string_view kind) {
    using btree::ValueForm;
    if (kind == "unit") return ValueForm::none;
    if (kind == "string" || kind == "bytes") return ValueForm::bytes;
    if (kind == "bool" || btree::is_number(kind)) return ValueForm::word;
    if (kind.starts_with("struct ") && is_type_id(kind.substr(7))) return ValueForm::bytes;
    if (kind.starts_with("ref ") && is_type_id(kind.substr(4))) return ValueForm::word;
    if (const std::size_t arrow = kind.find(kArrow);
        kind.starts_with(kTree) && arrow != std::string_view::npos) {
        check_key_kind(kind.substr(kTree.size(), arrow - kTree.size()));
        static_cast<void>(form_of(kind.substr(arrow + kArrow.size())));
        return ValueForm::word;
    }
    throw UsageError(fmt::format("there is no kind of values {}", quoted(kind)));
}

}  // namespace

void throw_no_key_kind(std::string_view kind) {
    throw UsageError(fmt::format("there is no kind of keys {}", quoted(kind)));
}

std::vector<std::string_view> fields_of(std::string_view tuple) {
    std::vector<std::string_view> fields;
    std::string_view rest = tuple.substr(1, tuple.size() - 2);
    while (true) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        fields.push_back(rest.substr(0, end));
        if (end == rest.size()) return fields;
        rest.remove_prefix(end + 1);
    }
}

btree::TreeKind kind_named(std::string_view keys, std::string_view values) {
    check_key_kind(keys);
    return {.key = std::string(keys),
            .value = std::string(values),
            .fixed_keys = !is_tuple(keys) && keys != "string" && keys != "bytes",
            .form = form_of(values)};
}

}  // namespace vitrine::detail
