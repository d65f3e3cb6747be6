#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <capnp/message.h>

#include <vitrine/detail/struct_type.hpp>
#include <vitrine/detail/tree_kind.hpp>
#include <vitrine/options.hpp>
#include <vitrine/ref.hpp>
#include <vitrine/savepoint.hpp>
#include <vitrine/snapshot.hpp>
#include <vitrine/tree_editor.hpp>
#include <vitrine/version.hpp>

namespace vitrine {

namespace detail {
class Attempt;
}

/// A snapshot plus private changes. commit() makes a new version of everything that it changed,
/// atomically, or throws ConflictError; the destructor aborts. Nothing is visible to others before.
///
///     auto account = store.begin().edit(ref);   // WRONG: dangles, the transaction goes
///     Transaction tx = store.begin();           // right: keep the transaction
///     auto account = tx.edit(ref);
///
/// Readers and builders are the transaction's: they are valid until it ends or rolls back; a reader
/// also only until its object is edited or erased.
/// Threads: one at a time. Movable. It outlives its Store, but is of no use then.
/// Throws, every member but base(): UsageError once it ended, was moved from, or its Store is
/// closed; members that read: CorruptionError, StorageError, SchemaError.
class Transaction {
  public:
    Transaction(Transaction&&) noexcept = default;
    Transaction& operator=(Transaction&& other) noexcept;
    ~Transaction();

    /// The snapshot on which it began, also after its end. What is read through it, and not through
    /// the transaction, is not validated at commit: another commit may have changed it meanwhile.
    [[nodiscard]] const Snapshot& base() const { return base_; }

    /// Makes an object and lets `fill(T::Builder)` fill it. When that throws, nothing was made.
    template <class T, class F>
        requires(std::invocable<F&, typename T::Builder> &&
                 !std::convertible_to<F, typename T::Reader>)
    Ref<T> create(F&& fill) {
        return make_filled<T>([&](capnp::MessageBuilder& message) {
            std::invoke(fill, message.template initRoot<T>());
        });
    }
    /// Makes a copy of what the reader reads, which may be of anywhere.
    template <class T>
    Ref<T> create(typename T::Reader source) {
        return make_filled<T>([&](capnp::MessageBuilder& message) { message.setRoot(source); });
    }
    /// Makes an object with default values.
    template <class T>
    Ref<T> create() {
        return create<T>([](typename T::Builder) {});
    }

    /// The object with the transaction's own edits. Throws: NotFoundError, TypeError.
    template <class T>
    [[nodiscard]] typename T::Reader get(Ref<T> ref) {
        const Seen seen = see(ref, detail::kStructType<T>);
        if (!seen) detail::throw_no_object(ref);
        return read<T>(seen);
    }
    template <class T>
    [[nodiscard]] std::optional<typename T::Reader> find(Ref<T> ref) {
        const Seen seen = see(ref, detail::kStructType<T>);
        if (!seen) return std::nullopt;
        return read<T>(seen);
    }
    /// A private copy to change, written at commit if it differs. Throws: NotFoundError, TypeError.
    template <class T>
    typename T::Builder edit(Ref<T> ref) {
        return copy(ref, detail::kStructType<T>).template getRoot<T>();
    }
    /// Erases an object, or a tree with all that is in it. Throws: NotFoundError.
    void erase(AnyRef ref);

    /// Throws: NotFoundError for what does not exist.
    void set_root(std::string_view name, AnyRef ref);
    /// Absent is fine.
    void erase_root(std::string_view name);
    /// Throws: NotFoundError naming the root, TypeError when it is of another type.
    template <class T>
    [[nodiscard]] Ref<T> root(std::string_view name) {
        return Ref<T>{root_of(name, detail::kStructType<T>)};
    }
    template <class T>
    [[nodiscard]] std::optional<Ref<T>> find_root(std::string_view name) {
        const AnyRef found = find_root_of(name, detail::kStructType<T>);
        return found ? std::optional{Ref<T>{found}} : std::nullopt;
    }

    /// The tree under a root; it comes into being at its first put, insert, add or ref().
    /// Throws: TypeError when the root is something else, or K or V differ from what is stored.
    template <class K, class V>
    [[nodiscard]] TreeEditor<K, V> tree(std::string_view root_name) {
        return TreeEditor<K, V>{edit_tree(root_name, detail::kind_of_tree<K, V>())};
    }
    /// Throws: NotFoundError, TypeError.
    template <class K, class V>
    [[nodiscard]] TreeEditor<K, V> tree(TreeRef<K, V> ref) {
        return TreeEditor<K, V>{edit_tree(AnyRef{ref}, detail::kind_of_tree<K, V>())};
    }
    /// A new tree, to be reached through a stored reference.
    template <class K, class V>
    [[nodiscard]] TreeRef<K, V> create_tree() {
        return TreeRef<K, V>{make_tree(detail::kind_of_tree<K, V>())};
    }

    /// Cost: O(edited objects).
    [[nodiscard]] Savepoint savepoint();
    /// Takes back what was changed since. What was read stays read. Readers and builders from
    /// before are invalid after. The savepoint may be used again; those made after it not.
    /// Throws: UsageError for a savepoint of another transaction, or made after one gone back to.
    void rollback_to(const Savepoint& savepoint);

    /// Makes everything visible atomically; returns the commit's version; base().version() when
    /// nothing was written; the newest version when what was written to trees is so in it already,
    /// since another commit did the same. Throws: ConflictError, StorageError, and the transaction is over;
    /// UsageError inside `transact`. Cost: may block on the disk (Durability::full).
    Version commit();
    /// Gives all up. Fine at any time.
    void abort() noexcept;

  private:
    friend class detail::Attempt;
    friend class Store;

    struct NewObject {
        AnyRef ref;
        capnp::MessageBuilder* message;
    };
    struct Seen {
        const capnp::word* words = nullptr;     // as stored
        capnp::MessageBuilder* copy = nullptr;  // or as edited here
        explicit operator bool() const { return words != nullptr || copy != nullptr; }
    };
    using OpenTree = std::shared_ptr<btree::TreeWriter>;

    Transaction(std::shared_ptr<mvcc::Transaction> machine, Snapshot base, bool in_transact)
        : machine_(std::move(machine)), base_(std::move(base)), in_transact_(in_transact) {}

    template <class T>
    static typename T::Reader read(const Seen& seen) {
        if (seen.copy != nullptr) return seen.copy->template getRoot<T>().asReader();
        return detail::read_flat<T>(seen.words);
    }

    template <class T, class F>
    Ref<T> make_filled(F&& fill) {
        const NewObject made = make(detail::kStructType<T>);
        try {
            fill(*made.message);
        } catch (...) {
            unmake(made);
            throw;
        }
        return Ref<T>{made.ref};
    }

    [[nodiscard]] mvcc::Transaction& machine() const;
    NewObject make(const detail::StructType& type);
    void unmake(const NewObject& made) noexcept;
    Seen see(AnyRef ref, const detail::StructType& type);
    capnp::MessageBuilder& copy(AnyRef ref, const detail::StructType& type);
    AnyRef root_of(std::string_view name, const detail::StructType& type);
    AnyRef find_root_of(std::string_view name, const detail::StructType& type);
    OpenTree edit_tree(std::string_view root_name, const detail::TypedKind& kind);
    OpenTree edit_tree(AnyRef ref, const detail::TypedKind& kind);
    OpenTree keep(OpenTree tree) const;
    AnyRef make_tree(const detail::TypedKind& kind);

    // Shared with its editors, which may be asked after its end (and answer UsageError).
    std::shared_ptr<mvcc::Transaction> machine_;
    Snapshot base_;
    bool in_transact_ = false;
};

}  // namespace vitrine
