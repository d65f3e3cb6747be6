#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <vitrine/detail/version_handle.hpp>

#include "core/ids.hpp"
#include "core/record.hpp"
#include "mvcc/epoch.hpp"

namespace vitrine::mvcc {

using core::ObjectId;
using core::TypeId;
using core::Word;
using core::Words;

class MemoryAccount;

/// What a layer above keeps beside the versions of one type: raw pointers into the record, worked
/// out once when the version is materialised.
struct TypeTraits {
    TypeId type = 0;
    std::uint32_t aux_bytes = 0;  // multiple of 8
    /// Fills `aux` from a record that passed core::check_row.
    /// Throws: std::runtime_error with what is wrong with the record; nothing else may be wrong.
    void (*prepare)(void* aux, Words payload) = nullptr;
    /// Part of a collection, which stands for it where changed objects are listed.
    bool part = false;
};

/// One immutable version of one object, with its record. Header, aux and record are one allocation.
///
/// Invariants:
///  V1. Bytes, id, born, type and aux are complete before the address is shared; never written after.
///  V2. `until` goes from open to the number of the commit that superseded the version, at most once
///      (a commit that fails before it was visible puts it back).
///  V3. `refs` counts handles, and one for the chain that links the version. 0 is final.
///  V4. A version whose row is not on disk (`backed` false) is not evicted while anyone may need it.
class ObjectVersion final : public Retired {
  public:
    /// Makes a version around a copy of `payload` (empty: a tombstone), with its row header, and
    /// prepares the aux part. One reference, the caller's.
    static ObjectVersion* make(MemoryAccount& account, const TypeTraits* traits, ObjectId id,
                               Version born, TypeId type, Words payload);
    /// The same around a complete row from storage, checked first. Throws: CorruptionError.
    static ObjectVersion* load(MemoryAccount& account, const TypeTraits* traits, ObjectId id,
                               Version born, Words row);

    [[nodiscard]] ObjectId id() const { return id_; }
    [[nodiscard]] Version born() const { return born_; }
    [[nodiscard]] TypeId type() const { return type_; }
    [[nodiscard]] bool tombstone() const { return payload_words_ == 0; }
    [[nodiscard]] Words payload() const {
        return {row_begin() + core::kRowHeaderWords, payload_words_};
    }
    [[nodiscard]] Words row() const {
        return {row_begin(), payload_words_ + core::kRowHeaderWords};
    }
    template <class Aux>
    [[nodiscard]] const Aux& aux() const {
        return *reinterpret_cast<const Aux*>(this + 1);
    }
    [[nodiscard]] std::size_t bytes() const;

    // relaxed is enough: a reader for whom the value matters saw it through publication, or through
    // the lock of the stripe.
    [[nodiscard]] Version until() const { return Version{until_.load(std::memory_order_relaxed)}; }
    [[nodiscard]] bool covers(Version at) const { return born_ <= at && at < until(); }

    /// Writes the shared mark only when it changes (invariant 3 of the design).
    void touch() const {
        if (!hot_.load(std::memory_order_relaxed)) hot_.store(true, std::memory_order_relaxed);
    }
    /// Adds a reference unless the version is already gone.
    bool try_acquire() const noexcept;
    void release() const noexcept;

  private:
    friend class ObjectTable;

    ObjectVersion(MemoryAccount& account, ObjectId id, Version born, TypeId type,
                  std::uint32_t aux_bytes, std::uint32_t payload_words);
    ~ObjectVersion() = default;
    static ObjectVersion* allocate(MemoryAccount&, const TypeTraits*, ObjectId, Version, TypeId,
                                   std::size_t payload_words);
    void dispose() noexcept override;
    void destroy() const noexcept;
    [[nodiscard]] Word* row_begin() const {
        return reinterpret_cast<Word*>(
                   const_cast<std::byte*>(reinterpret_cast<const std::byte*>(this + 1))) +
               aux_bytes_ / sizeof(Word);
    }

    const Version born_;
    std::atomic<std::uint64_t> until_{core::kOpen.value()};
    std::atomic<ObjectVersion*> older_{nullptr};
    const TypeId type_;
    const ObjectId id_;
    MemoryAccount& account_;
    const std::uint32_t aux_bytes_;
    const std::uint32_t payload_words_;
    mutable std::atomic<std::uint32_t> refs_{1};
    mutable std::atomic<bool> hot_{false};
    std::atomic<bool> backed_{false};
    bool linked_ = false;  // guarded by the stripe's lock

  public:
    /// Whether the row is on disk (V4). Written by the persist stage only.
    [[nodiscard]] bool backed() const { return backed_.load(std::memory_order_relaxed); }
    void set_backed(bool backed) { backed_.store(backed, std::memory_order_relaxed); }
};

}  // namespace vitrine::mvcc
