#include "bindings/c/src/given.hpp"

#include <vitrine.h>

using vitrine::capi::GivenHead;

// A view comes right after its head, whatever it is: it is aligned as the head is (Given).
extern "C" void vitrine_free(void* list_or_report) {
    if (list_or_report == nullptr) return;
    auto* const head = static_cast<GivenHead*>(list_or_report) - 1;
    head->destroy(head);
}
