// What the C functions answer where memory runs out: an error and a trap that exist before they are
// needed. ADR 0019.
#include <stdexcept>

#include "api/objects.hpp"

using namespace weft;

namespace {

/// Short enough for the string's own buffer: making it takes no memory.
constexpr const char* kMessage = "out of memory";

/// Never destroyed: may be held by whoever ends last.
template <class T>
union Immortal {
  Immortal() {}
  ~Immortal() {}
  T value;
};

}  // namespace

void weft_error::operator delete(weft_error* error, std::destroying_delete_t) {
  if (error == nullptr || error->is_shared) return;
  error->~weft_error();
  ::operator delete(static_cast<void*>(error));
}

void weft_trap::operator delete(weft_trap* trap, std::destroying_delete_t) {
  if (trap == nullptr || trap->is_shared) return;
  trap->~weft_trap();
  ::operator delete(static_cast<void*>(trap));
}

namespace weft::api {

weft_error_t* out_of_memory() noexcept {
  static Immortal<weft_error> storage;
  static weft_error* const error = [] {
    auto* e = new (&storage.value) weft_error(Error(ErrorCode::out_of_memory, kMessage));
    e->is_shared = true;
    return e;
  }();
  return error;
}

weft_trap_t* out_of_memory_trap() noexcept {
  static Immortal<weft_trap> storage;
  static weft_trap* const trap = [] {
    auto* t = new (&storage.value) weft_trap;
    t->trap.kind = engine::Trap::Kind::error;
    t->trap.error_code = ErrorCode::out_of_memory;
    t->trap.message = kMessage;
    t->refusal.reset(out_of_memory());
    t->is_shared = true;
    return t;
  }();
  return trap;
}

void expect_out_of_memory() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {  // a container would have been larger than addresses reach
  }
}

}  // namespace weft::api
