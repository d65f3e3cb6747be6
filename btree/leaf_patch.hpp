#pragma once

#include <array>
#include <optional>
#include <vector>

#include <boost/container/static_vector.hpp>

#include "btree/leaf.hpp"
#include "btree/op_set.hpp"
#include "core/log/delta.hpp"

namespace vitrine::btree {

/// A few new or other values for a leaf of fixed keys, which go into a copy of its record run by run:
/// the usual fate of a leaf, a few times faster than taking it apart and building it anew.
class LeafPatch {
  public:
    /// Nothing when it must be done the long way: keys of other kinds, erasures, large values, many
    /// operations, or more than a leaf within `limits` takes. Borrows from the leaf and the operations.
    static std::optional<LeafPatch> plan(const LeafView& leaf, const OpSet& ops,
                                         OpSet::Position from, OpSet::Position to,
                                         std::string_view value_kind, const Limits& limits);

    [[nodiscard]] bool changes() const { return count_ != 0; }
    /// By how many entries the leaf grows.
    [[nodiscard]] std::uint32_t added() const { return added_; }
    static constexpr std::size_t kMost = 8;     // operations
    static constexpr std::size_t kColumns = 3;  // heads, offsets, values
    struct Patched {
        core::WordBuffer payload;
        /// What it has of the old one, in order.
        boost::container::static_vector<core::log::CopiedRun, kColumns*(kMost + 1)> runs;

        [[nodiscard]] core::log::Delta delta() const {
            return core::log::make_delta(payload, {runs.data(), runs.size()});
        }
    };
    /// The same bytes as build_leaf() with the entries of then. `old`: what the leaf is a view of.
    /// Requires: changes().
    [[nodiscard]] Patched apply(core::Words old) const;

  private:
    /// Before entry `index` of the old leaf, or in its place.
    struct Change {
        std::uint32_t index = 0;
        bool replaces = false;
        std::uint64_t head = 0;
        ByteSpan value{};
        std::optional<std::uint64_t> sum{};  // is the value, when there is one
        [[nodiscard]] ByteSpan bytes() const {
            return sum ? std::as_bytes(std::span(&*sum, 1)) : value;
        }
    };

    explicit LeafPatch(const LeafView& leaf) : leaf_(leaf) {}
    [[nodiscard]] std::span<const Change> all() const { return {changes_.data(), count_}; }
    [[nodiscard]] std::size_t words() const;
    [[nodiscard]] std::size_t old_value_bytes(std::uint32_t begin, std::uint32_t end) const;

    const LeafView& leaf_;
    std::array<Change, kMost> changes_;
    std::size_t count_ = 0;
    std::uint32_t added_ = 0;
    std::size_t value_bytes_ = 0;
};

}  // namespace vitrine::btree
