#include "bindings/python/src/gil.hpp"

#include <unistd.h>

namespace vitrine::python {

void take_gil_back(PyThreadState* state) {
    try {
        PyEval_RestoreThread(state);
    } catch (...) {  // nothing but the unwinding of pthread_exit()
        for (;;) ::pause();
    }
}

}  // namespace vitrine::python
