#include "bindings/c/src/record.hpp"

#include <cstring>

#include "bindings/cpp/src/object_types.hpp"
#include "btree/node_types.hpp"
#include "core/payload.hpp"
#include "core/schema/misfit.hpp"
#include "core/schema/node.hpp"

namespace vitrine::capi {
namespace {

void check(core::Words words, const char* what) {
    constexpr core::Word kPointerKind = 3;
    if (words.empty()) throw UsageError(fmt::format("{}: no words", what));
    if (const char* fault = core::find_payload_fault(words))
        throw UsageError(fmt::format("{}: {}", what, fault));
    if ((words.front() & kPointerKind) != 0)
        throw UsageError(fmt::format("{}: the root is no struct", what));
}

}  // namespace

core::Words checked_words(const std::uint64_t* words, std::size_t count, const char* what) {
    if (words == nullptr) throw UsageError(fmt::format("{} is NULL", what));
    if (reinterpret_cast<std::uintptr_t>(words) % alignof(std::uint64_t) != 0)
        throw UsageError(fmt::format("{}: not aligned to 8 bytes", what));
    check({words, count}, what);
    return {words, count};
}

std::vector<core::Word> checked_words(BytesView bytes, const char* what) {
    if (bytes.size() % sizeof(core::Word) != 0)
        throw UsageError(fmt::format("{}: {} bytes are no whole words", what, bytes.size()));
    std::vector<core::Word> words(bytes.size() / sizeof(core::Word));
    if (!bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
    check(words, what);
    return words;
}

core::schema::StoredSchema known_type(mvcc::Store& store, core::TypeId type) {
    auto known = store.types().find(type);
    if (!known || known->schema.getProto().getStruct().getIsGroup())
        throw SchemaError(fmt::format(
            "the store knows no struct {}: say with vitrine_store_use_type() what it is",
            core::schema::hex_id(type)));
    return *std::move(known);
}

void check_fit(mvcc::Store& store, core::TypeId type, core::Words words) {
    const core::schema::StoredSchema known = known_type(store, type);
    if (const auto misfit = core::schema::find_misfit(known.schema, words))
        throw UsageError(
            fmt::format("the words are no {}: {}", store.types().name_of(type), *misfit));
}

void check_asked(mvcc::Store& store, core::ObjectId id, core::TypeId stored, std::uint64_t asked) {
    const bool of_a_tree = stored == btree::kTreeHeaderType || btree::is_part_of_tree(stored);
    if (!of_a_tree && (asked == 0 || asked == stored)) return;
    const std::string wanted =
        asked == 0 ? "an object"
                   : fmt::format("of type {} ({:#x})", store.types().name_of(asked), asked);
    throw TypeError(fmt::format("object #{} is {}, not {}", id.value,
                                detail::describe_type(store, stored), wanted));
}

vitrine_status no_object(vitrine_ref ref) {
    if (ref == 0) return remember_not_found("a null reference refers to no object");
    return remember_not_found(fmt::format("there is no object #{}", ref));
}

}  // namespace vitrine::capi
