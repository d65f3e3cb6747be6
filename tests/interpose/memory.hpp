#pragma once

#include <atomic>

/// Allocations of the whole process, redefined: malloc and its kin, and so operator new, LMDB and the
/// standard library. Linked into those programs of tests/ whose source includes this header.
///
/// Under sanitizers malloc is theirs; there only operator new is redefined.
namespace vitrine::interpose {

/// Says whether an allocation may succeed. Called by every thread, from anywhere: it must neither
/// allocate nor throw.
using AllocationGate = bool (*)();

inline std::atomic<AllocationGate> allocation_gate{nullptr};

}  // namespace vitrine::interpose
