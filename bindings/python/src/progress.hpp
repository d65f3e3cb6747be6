#pragma once

#include <optional>

#include <vitrine/error.hpp>
#include <vitrine/options.hpp>

#include "bindings/python/src/gil.hpp"

namespace vitrine::python {

/// Runs call(progress) without the GIL; `progress` asks `callback(done, total)`, or nobody when it is
/// None, and sees Ctrl-C. What the callback raises passes through; False cancels (CancelledError).
template <class F>
auto with_progress(const py::object& callback, F&& call) {
    std::optional<py::error_already_set> raised;
    try {
        return without_gil([&](NoGil& released) {
            const Progress progress = [&](std::uint64_t done, std::uint64_t total) {
                return released.with_gil([&] {
                    try {
                        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
                        if (callback.is_none()) return true;
                        return !callback(done, total).is(py::bool_(false));
                    } catch (py::error_already_set& error) {
                        raised.emplace(error);
                        return false;
                    }
                });
            };
            return call(progress);
        });
    } catch (const CancelledError&) {
        if (raised) throw *raised;
        throw;
    }
}

}  // namespace vitrine::python
