// Exceptions as objects of the heap (spec 4.2.14): a tag and the payload in cells. ADR 0010.
#pragma once

#include "runtime/gc_object.hpp"
#include "runtime/global.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// Read and made through Heap::allocate_exception and Heap::exception.
struct ExceptionObject {
  ObjectHeader header;
  const Tag* tag;
  const Cell* cells() const {
    return reinterpret_cast<const Cell*>(this + 1);
  }  // SAFETY: allocated behind it
  Cell* cells() { return reinterpret_cast<Cell*>(this + 1); }
};
static_assert(sizeof(ExceptionObject) == 16);

}  // namespace weft::runtime
