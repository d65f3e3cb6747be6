#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "bindings/python/src/python.hpp"

namespace vitrine::python {

/// Takes the GIL again with what PyEval_SaveThread() gave. A thread that comes back when the
/// interpreter is already ending never returns from here: Python 3.11 would unwind its stack, and
/// destructors would touch objects that are gone. The process ends without waiting for it.
void take_gil_back(PyThreadState* state);

/// The GIL is not held while this lives. Only without_gil() makes one.
class NoGil {
  public:
    /// For callbacks: runs fn with the GIL.
    template <class F>
    auto with_gil(F&& fn) {
        take_gil_back(state_);
        struct Release {
            PyThreadState*& state;
            ~Release() { state = PyEval_SaveThread(); }
        } release{state_};
        return std::forward<F>(fn)();
    }

  private:
    template <class F>
    friend auto without_gil(F&& fn);
    NoGil() : state_(PyEval_SaveThread()) {}
    PyThreadState* state_;
};

/// Runs fn(NoGil&) with the GIL released: for whatever can wait or takes long. Not by a destructor,
/// see take_gil_back(). Requires: the GIL; fn touches no Python object.
template <class F>
auto without_gil(F&& fn) {
    using Result = std::invoke_result_t<F&, NoGil&>;
    NoGil released;
    std::exception_ptr failure;
    if constexpr (std::is_void_v<Result>) {
        try {
            fn(released);
        } catch (...) {
            failure = std::current_exception();
        }
        take_gil_back(released.state_);
        if (failure) std::rethrow_exception(failure);
    } else {
        std::optional<Result> result;
        try {
            result.emplace(fn(released));
        } catch (...) {
            failure = std::current_exception();
        }
        take_gil_back(released.state_);
        if (failure) std::rethrow_exception(failure);
        return *std::move(result);
    }
}

}  // namespace vitrine::python
