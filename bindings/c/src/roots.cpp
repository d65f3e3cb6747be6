#include "bindings/c/src/roots.hpp"

#include "bindings/c/src/error.hpp"
#include "bindings/cpp/src/kind_names.hpp"

namespace vitrine::capi {

vitrine_status give_root(const std::optional<btree::Root>& root, const char* name, vitrine_ref& ref,
                         std::uint64_t* type) {
    if (!root) detail::throw_no_root(name);
    detail::require_there(name, *root);
    ref = root->id.value;
    give(type, root->type);
    return VITRINE_OK;
}

btree::TreeKind kind_asked(const char* key_kind, const char* value_kind,
                           const btree::TreeKind* stored) {
    if (stored != nullptr && key_kind == nullptr && value_kind == nullptr) return *stored;
    const auto named = [](const char* asked, const std::string* found) {
        return asked != nullptr ? std::string(asked) : found != nullptr ? *found : std::string();
    };
    return detail::kind_named(named(key_kind, stored == nullptr ? nullptr : &stored->key),
                              named(value_kind, stored == nullptr ? nullptr : &stored->value));
}

}  // namespace vitrine::capi
