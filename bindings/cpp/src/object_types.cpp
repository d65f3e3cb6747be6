#include "bindings/cpp/src/object_types.hpp"

#include <mutex>
#include <string>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "btree/node_types.hpp"

namespace vitrine::detail {
namespace {

/// Gives the type its number. The numbers are the process's: every store has a mark for each.
std::uint32_t number_of(const StructType& type) {
    static std::mutex numbering;
    static std::uint32_t last = 0;
    const std::lock_guard lock(numbering);
    if (type.slot.load(std::memory_order_relaxed) == 0)
        type.slot.store(++last, std::memory_order_relaxed);
    return type.slot.load(std::memory_order_relaxed);
}

}  // namespace

std::string describe_type(mvcc::Store& store, core::TypeId type) {
    if (type == btree::kTreeHeaderType) return "a tree";
    if (type == btree::kLeafType || type == btree::kInnerType || type == btree::kLargeValueType)
        return "a part of a tree";
    return "of type " + store.types().name_of(type);
}

std::string name_of(const StructType& type) {
    const auto proto = type.schema().getProto();
    // The display name is "bank.capnp:Account", after a prefix of that length the name alone.
    return proto.getDisplayName().cStr() + proto.getDisplayNamePrefixLength();
}

void check_first_use(mvcc::Store& store, const StructType& type) {
    store.types().check(type.schema());
    store.type_checks().mark(number_of(type));
}

void throw_other_type(mvcc::Store& store, core::ObjectId id, core::TypeId stored,
                      const StructType& asked) {
    std::string found = describe_type(store, stored);
    std::string wanted = name_of(asked);
    // Two types may share a name: then only their ids tell them apart.
    if (found == "of type " + wanted) {
        found += fmt::format(" ({:#x})", stored);
        wanted += fmt::format(" ({:#x})", asked.id);
    }
    throw TypeError(fmt::format("object #{} is {}, not of type {}", id.value, found, wanted));
}

}  // namespace vitrine::detail
