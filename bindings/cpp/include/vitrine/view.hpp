#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <vitrine/detail/view_state.hpp>
#include <vitrine/ref.hpp>
#include <vitrine/tree_view.hpp>

namespace vitrine {

/// One thread's window on a snapshot, through which reading borrows: no copy, no count. What it
/// gives is valid while it lives. Keep it short-lived: memory is not reclaimed meanwhile.
///
///     auto account = snapshot.view().get(ref);   // WRONG: dangles, the View goes at the semicolon
///     const View view = snapshot.view();         // right
///     auto account = view.get(ref);
///
/// Threads: one at a time. It holds its snapshot. Movable; what it gave stays valid.
/// Throws: as Snapshot; a moved-from View UsageError.
class View {
  public:
    explicit View(detail::ViewOwner state) : state_(std::move(state)) {}

    /// Throws: NotFoundError, TypeError. Cost: a few loads when resident; nothing shared is
    /// written, nothing allocated.
    template <class T>
    [[nodiscard]] typename T::Reader get(Ref<T> ref) const {
        return detail::read_flat<T>(detail::peek_existing(state(), ref, detail::kStructType<T>));
    }
    template <class T>
    [[nodiscard]] std::optional<typename T::Reader> find(Ref<T> ref) const {
        const auto* words = detail::peek_object(state(), ref, detail::kStructType<T>);
        if (words == nullptr) return std::nullopt;
        return detail::read_flat<T>(words);
    }

    /// Throws: NotFoundError; TypeError when K or V differ from what is stored.
    template <class K, class V>
    [[nodiscard]] TreeView<K, V> tree(std::string_view root_name) const {
        return {state(), detail::open_tree(state(), root_name, detail::kind_of_tree<K, V>())};
    }
    template <class K, class V>
    [[nodiscard]] TreeView<K, V> tree(TreeRef<K, V> ref) const {
        return {state(), detail::open_tree(state(), ref, detail::kind_of_tree<K, V>())};
    }
    template <class K, class V>
    [[nodiscard]] std::optional<TreeView<K, V>> find_tree(std::string_view root_name) const {
        auto found = detail::find_tree(state(), root_name, detail::kind_of_tree<K, V>());
        if (!found) return std::nullopt;
        return TreeView<K, V>{state(), std::move(found)};
    }

  private:
    [[nodiscard]] detail::ViewState& state() const {
        if (state_ == nullptr) [[unlikely]]
            detail::throw_no_view();
        return *state_;
    }

    detail::ViewOwner state_;
};

}  // namespace vitrine
