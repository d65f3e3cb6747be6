#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <vitrine/detail/snapshot_handle.hpp>
#include <vitrine/detail/tree_kind.hpp>
#include <vitrine/object.hpp>
#include <vitrine/ref.hpp>
#include <vitrine/root_info.hpp>
#include <vitrine/tree.hpp>
#include <vitrine/version.hpp>
#include <vitrine/view.hpp>

namespace vitrine {

/// The whole store as of one commit. A cheap copyable value: share it between any number of
/// threads, keep it as long as you like. Nothing that it shows ever changes. It outlives its Store;
/// the file stays locked by the process until it is gone, and rows that it shows stay in the file.
///
///     auto owner = snapshot.get(ref)->getOwner();   // WRONG: dangles, the text is the Object's
///     auto account = snapshot.get(ref);             // right: keep the object
///
/// Threads: const members by any thread.
/// Throws, every member that reads: CorruptionError, StorageError; SchemaError at the first use of
/// a struct that does not fit the stored one; UsageError for `Snapshot{}`, which is of no store.
class Snapshot {
  public:
    /// Of no store.
    Snapshot() = default;
    explicit Snapshot(mvcc::Snapshot&& machine) noexcept : handle_(std::move(machine)) {}

    [[nodiscard]] Version version() const;
    /// When the commit was made. Cost: a lock and a look-up.
    [[nodiscard]] std::chrono::system_clock::time_point time() const;

    /// Throws: NotFoundError (null, erased, made later), TypeError (of another type).
    /// Cost: a few loads and a count when resident, a storage read when not; no allocation else.
    template <class T>
    [[nodiscard]] Object<T> get(Ref<T> ref) const {
        auto found = detail::find_object(handle_.machine(), ref, detail::kStructType<T>);
        if (found.words == nullptr) detail::throw_no_object(ref);
        return Object<T>{ref, std::move(found)};
    }
    /// Absence is a value. Throws: TypeError.
    template <class T>
    [[nodiscard]] std::optional<Object<T>> find(Ref<T> ref) const {
        auto found = detail::find_object(handle_.machine(), ref, detail::kStructType<T>);
        if (found.words == nullptr) return std::nullopt;
        return Object<T>{ref, std::move(found)};
    }

    /// Throws: NotFoundError naming the root, TypeError when it is of another type.
    template <class T>
    [[nodiscard]] Ref<T> root(std::string_view name) const {
        return Ref<T>{root_of(name, detail::kStructType<T>)};
    }
    template <class T>
    [[nodiscard]] std::optional<Ref<T>> find_root(std::string_view name) const {
        const AnyRef found = find_root_of(name, detail::kStructType<T>);
        return found ? std::optional{Ref<T>{found}} : std::nullopt;
    }
    [[nodiscard]] std::vector<RootInfo> roots() const;

    /// Throws: NotFoundError; TypeError when K or V differ from what is stored.
    template <class K, class V>
    [[nodiscard]] Tree<K, V> tree(std::string_view root_name) const {
        return Tree<K, V>{open(root_name, detail::kind_of_tree<K, V>())};
    }
    template <class K, class V>
    [[nodiscard]] std::optional<Tree<K, V>> find_tree(std::string_view root_name) const {
        auto found = find_open(root_name, detail::kind_of_tree<K, V>());
        return found ? std::optional{Tree<K, V>{std::move(found)}} : std::nullopt;
    }
    template <class K, class V>
    [[nodiscard]] Tree<K, V> tree(TreeRef<K, V> ref) const {
        return Tree<K, V>{open(ref, detail::kind_of_tree<K, V>())};
    }

    /// A window through which reading borrows. Keep it short-lived: memory is not reclaimed
    /// meanwhile.
    [[nodiscard]] View view() const;

    /// For Vitrine's own parts.
    [[nodiscard]] const mvcc::Snapshot& machine() const { return handle_.machine(); }

  private:
    using OpenTree = std::shared_ptr<const btree::TreeReader>;
    [[nodiscard]] AnyRef root_of(std::string_view name, const detail::StructType& type) const;
    [[nodiscard]] AnyRef find_root_of(std::string_view name, const detail::StructType& type) const;
    [[nodiscard]] OpenTree open(std::string_view name, const detail::TypedKind& kind) const;
    [[nodiscard]] OpenTree find_open(std::string_view name, const detail::TypedKind& kind) const;
    [[nodiscard]] OpenTree open(AnyRef ref, const detail::TypedKind& kind) const;

    detail::SnapshotHandle handle_;
};

}  // namespace vitrine
