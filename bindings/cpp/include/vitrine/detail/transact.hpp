#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <capnp/blob.h>
#include <kj/array.h>
#include <kj/string.h>

#include <vitrine/transaction.hpp>
#include <vitrine/tree_editor.hpp>
#include <vitrine/view.hpp>

namespace vitrine::detail {

template <class R>
concept CapnpBorrowed = requires {
    typename R::Reads;
}
|| requires { typename R::Builds; }
|| std::derived_from<R, kj::StringPtr> || std::same_as<R, capnp::Text::Builder> ||
    std::same_as<R, capnp::Data::Builder>;

/// Whether an R is borrowed from the transaction that made it, or has such a thing inside.
template <class R>
struct Borrowed : std::bool_constant<CapnpBorrowed<R>> {};
template <class R>
    requires(std::is_reference_v<R> || std::is_const_v<R>)
struct Borrowed<R> : Borrowed<std::remove_cvref_t<R>> {};
template <class C, class Traits>
struct Borrowed<std::basic_string_view<C, Traits>> : std::true_type {};
template <class E, std::size_t N>
struct Borrowed<std::span<E, N>> : std::true_type {};
template <class E>
struct Borrowed<kj::ArrayPtr<E>> : std::true_type {};
template <>
struct Borrowed<View> : std::true_type {};
template <>
struct Borrowed<Transaction> : std::true_type {};
template <class K, class V>
struct Borrowed<TreeView<K, V>> : std::true_type {};
template <class K, class V>
struct Borrowed<TreeEditor<K, V>> : std::true_type {};
template <class K, class V>
struct Borrowed<EntryView<K, V>> : std::disjunction<Borrowed<typename KeyCodec<K>::View>,
                                                    Borrowed<typename ValueCodec<V>::View>> {};
template <class E>
struct Borrowed<std::optional<E>> : Borrowed<E> {};
template <class E, class A>
struct Borrowed<std::vector<E, A>> : Borrowed<E> {};
template <class E, std::size_t N>
struct Borrowed<std::array<E, N>> : Borrowed<E> {};
template <class A, class B>
struct Borrowed<std::pair<A, B>> : std::disjunction<Borrowed<A>, Borrowed<B>> {};
template <class... Es>
struct Borrowed<std::tuple<Es...>> : std::disjunction<Borrowed<Es>...> {};
template <class K, class V, class... Rest>
struct Borrowed<std::map<K, V, Rest...>> : std::disjunction<Borrowed<K>, Borrowed<V>> {};

/// One run of a transact() function.
class Attempt {
  public:
    explicit Attempt(std::shared_ptr<mvcc::Transaction> machine);

    [[nodiscard]] Transaction& transaction() { return transaction_; }
    /// Commits, unless the function aborted: then the base's version. Throws: ConflictError.
    Version finish();

  private:
    Transaction transaction_;
};

/// The pauses between runs: the first only lets others run, later ones are random and longer.
class Backoff {
  public:
    /// Throws: UsageError unless `attempts` is at least 1.
    explicit Backoff(int attempts);
    /// Whether a run is left after the one that just conflicted.
    [[nodiscard]] bool has_more() const { return left_ > 1; }
    /// Before the next run: up to 1 ms.
    void pause();

  private:
    int left_;
    int round_ = 0;
};

}  // namespace vitrine::detail
