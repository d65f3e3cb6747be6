#include "mvcc/commit_queue.hpp"

#include <new>

#include <vitrine/error.hpp>

namespace vitrine::mvcc {

void throw_failure(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        throw StorageError(error.what());
    }
}

}  // namespace vitrine::mvcc
