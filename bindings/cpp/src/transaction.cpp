#include "mvcc/transaction.hpp"

#include <fmt/format.h>

#include <vitrine/error.hpp>
#include <vitrine/transaction.hpp>

#include "bindings/cpp/src/object_types.hpp"
#include "bindings/cpp/src/roots.hpp"
#include "btree/trees.hpp"
#include "mvcc/store.hpp"

namespace vitrine {

Transaction& Transaction::operator=(Transaction&& other) noexcept {
    if (this == &other) return *this;
    abort();
    machine_ = std::move(other.machine_);
    base_ = std::move(other.base_);
    in_transact_ = other.in_transact_;
    return *this;
}

Transaction::~Transaction() { abort(); }

mvcc::Transaction& Transaction::machine() const {
    if (machine_ == nullptr) [[unlikely]]
        throw UsageError("this Transaction was moved from");
    return *machine_;
}

Transaction::NewObject Transaction::make(const detail::StructType& type) {
    machine().require_active();
    detail::check_schema(machine().store(), type);
    const auto [id, message] = machine().create(type.id);
    return {core::to_ref(id), &message};
}

void Transaction::unmake(const NewObject& made) noexcept {
    try {
        if (machine().active()) machine().erase(core::to_id(made.ref));
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
        // fn rolled back beyond it, or closed the store: it is gone already.
    }
}

Transaction::Seen Transaction::see(AnyRef ref, const detail::StructType& type) {
    const auto found = machine().find(core::to_id(ref));
    if (!found) return {};
    detail::check_type(machine().store(), core::to_id(ref), found->type, type);
    if (found->copy != nullptr) return {.copy = found->copy};
    return {.words = detail::as_words(found->payload)};
}

capnp::MessageBuilder& Transaction::copy(AnyRef ref, const detail::StructType& type) {
    if (!see(ref, type)) detail::throw_no_object(ref);
    return machine().edit(core::to_id(ref));
}

void Transaction::erase(AnyRef ref) {
    machine().require_active();
    if (!ref) detail::throw_no_object(ref);
    btree::erase(machine(), core::to_id(ref));
}

void Transaction::set_root(std::string_view name, AnyRef ref) {
    machine().require_active();
    if (!ref) detail::throw_no_object(ref);
    btree::set_root(machine(), name, core::to_id(ref));
}

void Transaction::erase_root(std::string_view name) {
    machine().require_active();
    btree::erase_root(machine(), name);
}

AnyRef Transaction::find_root_of(std::string_view name, const detail::StructType& type) {
    machine().require_active();
    const auto root = btree::find_root(machine(), name);
    if (!root) return {};
    detail::check_root(machine().store(), name, *root, type);
    return core::to_ref(root->id);
}

AnyRef Transaction::root_of(std::string_view name, const detail::StructType& type) {
    const AnyRef found = find_root_of(name, type);
    if (!found) detail::throw_no_root(name);
    return found;
}

Transaction::OpenTree Transaction::keep(OpenTree tree) const {
    // An editor may outlive its Transaction; what it stands on must not go before it.
    struct Kept {
        std::shared_ptr<mvcc::Transaction> transaction;
        OpenTree tree;  // goes first
    };
    auto* const writer = tree.get();
    return {std::make_shared<Kept>(Kept{machine_, std::move(tree)}), writer};
}

Transaction::OpenTree Transaction::edit_tree(std::string_view root_name,
                                             const detail::TypedKind& kind) {
    machine().require_active();
    auto tree = btree::edit_tree(machine(), root_name, kind.kind);
    detail::check_schema(machine().store(), kind);
    return keep(std::move(tree));
}

Transaction::OpenTree Transaction::edit_tree(AnyRef ref, const detail::TypedKind& kind) {
    machine().require_active();
    if (!ref) detail::throw_no_object(ref);
    auto tree = btree::edit_tree(machine(), core::to_id(ref), kind.kind);
    detail::check_schema(machine().store(), kind);
    return keep(std::move(tree));
}

AnyRef Transaction::make_tree(const detail::TypedKind& kind) {
    machine().require_active();
    detail::check_schema(machine().store(), kind);
    return core::to_ref(btree::create_tree(machine(), kind.kind));
}

Savepoint Transaction::savepoint() { return {machine_, machine().savepoint()}; }

void Transaction::rollback_to(const Savepoint& savepoint) {
    machine().require_active();
    const bool mine = !savepoint.transaction_.owner_before(machine_) &&
                      !machine_.owner_before(savepoint.transaction_);
    if (!mine) throw UsageError("this savepoint is of another transaction");
    machine().rollback_to(savepoint.mark_);
}

Version Transaction::commit() {
    machine().require_active();
    if (in_transact_)
        throw UsageError("transact commits when its function returns: do not commit inside");
    return machine().commit();
}

void Transaction::abort() noexcept {
    if (machine_ != nullptr) machine_->abort();
}

}  // namespace vitrine
