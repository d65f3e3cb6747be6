#include "mvcc/object_version.hpp"

#include <cstring>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "core/assert.hpp"
#include "core/block_pool.hpp"
#include "mvcc/memory_account.hpp"

namespace vitrine::mvcc {

void retain(const ObjectVersion& version) noexcept {
    const bool held = version.try_acquire();
    VITRINE_ASSERT(held, version.id().value);
}

void release(const ObjectVersion& version) noexcept { version.release(); }

ObjectVersion::ObjectVersion(MemoryAccount& account, ObjectId id, Version born, TypeId type,
                             std::uint32_t aux_bytes, std::uint32_t payload_words)
    : born_(born),
      type_(type),
      id_(id),
      account_(account),
      aux_bytes_(aux_bytes),
      payload_words_(payload_words) {}

std::size_t ObjectVersion::bytes() const {
    return sizeof(ObjectVersion) + aux_bytes_ +
           (payload_words_ + core::kRowHeaderWords) * sizeof(Word);
}

ObjectVersion* ObjectVersion::allocate(MemoryAccount& account, const TypeTraits* traits,
                                       ObjectId id, Version born, TypeId type,
                                       std::size_t payload_words) {
    const bool prepared = traits != nullptr && payload_words != 0;
    const std::uint32_t aux = prepared ? traits->aux_bytes : 0;
    const std::size_t bytes =
        sizeof(ObjectVersion) + aux + (payload_words + core::kRowHeaderWords) * sizeof(Word);
    void* memory = core::BlockPool::take(bytes);
    account.add(bytes);
    return new (memory)
        ObjectVersion(account, id, born, type, aux, static_cast<std::uint32_t>(payload_words));
}

ObjectVersion* ObjectVersion::make(MemoryAccount& account, const TypeTraits* traits, ObjectId id,
                                   Version born, TypeId type, Words payload) {
    ObjectVersion* version = allocate(account, traits, id, born, type, payload.size());
    Word* row = version->row_begin();
    row[0] = type;
    row[1] = core::checksum_row(id, born, type, core::hash_payload(payload));
    if (!payload.empty())
        std::memcpy(row + core::kRowHeaderWords, payload.data(), payload.size_bytes());
    if (version->aux_bytes_ != 0) {
        try {
            traits->prepare(version + 1, version->payload());
        } catch (...) {
            version->destroy();
            throw;
        }
    }
    return version;
}

ObjectVersion* ObjectVersion::load(MemoryAccount& account, const TypeTraits* traits, ObjectId id,
                                   Version born, Words row) {
    // Copied first, checked after: what was checked is what readers will see.
    if (row.size() < core::kRowHeaderWords) core::check_row(id, born, row);  // throws
    ObjectVersion* version =
        allocate(account, traits, id, born, row[0], row.size() - core::kRowHeaderWords);
    std::memcpy(version->row_begin(), row.data(), row.size_bytes());
    try {
        core::check_row(id, born, version->row());
        if (version->aux_bytes_ != 0) traits->prepare(version + 1, version->payload());
    } catch (const Error&) {
        version->destroy();
        throw;
    } catch (const std::bad_alloc&) {  // says nothing about the record
        version->destroy();
        throw;
    } catch (const std::exception& error) {
        version->destroy();
        throw CorruptionError(fmt::format("object #{} at version {} is damaged: {}", id.value,
                                          born.value(), error.what()),
                              core::to_ref(id), born);
    }
    return version;
}

bool ObjectVersion::try_acquire() const noexcept {
    std::uint32_t refs = refs_.load(std::memory_order_relaxed);
    do {
        if (refs == 0) return false;
    } while (!refs_.compare_exchange_weak(refs, refs + 1, std::memory_order_relaxed));
    return true;
}

void ObjectVersion::release() const noexcept {
    // acq_rel: the last one out frees, after everybody's last read.
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
}

void ObjectVersion::dispose() noexcept {
    account_.free_retired(bytes());
    // An evicted version has given up its last reference already (V3).
    if (refs_.load(std::memory_order_acquire) == 0) {
        destroy();
    } else {
        release();
    }
}

void ObjectVersion::destroy() const noexcept {
    MemoryAccount& account = account_;
    const std::size_t size = bytes();
    this->~ObjectVersion();
    core::BlockPool::give(const_cast<ObjectVersion*>(this), size);
    account.remove(size);
}

}  // namespace vitrine::mvcc
