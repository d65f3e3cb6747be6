#pragma once

#include <vitrine.h>

#include <exception>

#include <fmt/format.h>

#include <vitrine/error.hpp>

namespace vitrine::capi {

/// A callback did not return VITRINE_OK: ends what called it, with that status.
class CallbackFailed : public std::exception {
  public:
    explicit CallbackFailed(vitrine_status status) : status_(status) {}
    [[nodiscard]] vitrine_status status() const { return status_; }
    [[nodiscard]] const char* what() const noexcept override { return "a callback failed"; }

  private:
    vitrine_status status_;
};

/// The one table from exceptions to statuses. Remembers what happened for vitrine_last_error().
/// Requires: an exception is being handled.
vitrine_status translate_exception() noexcept;

/// Everything that C calls runs in here: no exception leaves it.
template <class F>
vitrine_status guarded(F&& work) noexcept {
    try {
        work();
        return VITRINE_OK;
    } catch (...) {
        return translate_exception();
    }
}
/// The same for work that says itself how it ended.
template <class F>
vitrine_status guarded_status(F&& work) noexcept {
    try {
        return work();
    } catch (...) {
        return translate_exception();
    }
}

/// An absence that is an answer: the status and message without the cost of an exception.
vitrine_status remember_not_found(std::string_view message) noexcept;

/// What a pointer must point to. Throws: UsageError naming the argument.
template <class T>
T& need(T* pointer, const char* name) {
    if (pointer == nullptr) throw UsageError(fmt::format("{} is NULL", name));
    return *pointer;
}

/// A text. Throws: UsageError.
inline const char* need_text(const char* text, const char* name) { return &need(text, name); }

/// Gives something through a pointer that may be NULL.
template <class T>
void give(T* place, T value) {
    if (place != nullptr) *place = value;
}

}  // namespace vitrine::capi
