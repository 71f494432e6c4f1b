// weft.h: memories that several stores share.
#include "api/objects.hpp"

using namespace weft;

struct weft_shared_memory {
  std::shared_ptr<runtime::SharedMemory> memory;
  std::atomic<uint32_t> owners{1};  // a clone is one more owner, so it cannot fail
};

extern "C" {

weft_error_t* weft_shared_memory_new(weft_engine_t* e, uint64_t min_pages, uint64_t max_pages,
                                     bool memory64, weft_shared_memory_t** out) try {
  wasm::MemoryType type;
  type.limits.min = min_pages;
  type.limits.max = max_pages;
  type.address = memory64 ? wasm::AddressType::i64 : wasm::AddressType::i32;
  type.shared = true;
  // A store for a moment: limits of stores apply where the memory is put into one.
  runtime::Store store(e->engine.state());
  WEFT_ASSIGN_C(const engine::Memory memory, engine::new_memory(store, type));
  *out = new weft_shared_memory{memory.object->shared()};
  return nullptr;
}
WEFT_OR_ERROR

weft_shared_memory_t* weft_shared_memory_clone(const weft_shared_memory_t* m) {
  // SAFETY: no handle is const itself. Relaxed: who clones owns one already.
  auto* const shared = const_cast<weft_shared_memory_t*>(m);
  shared->owners.fetch_add(1, std::memory_order_relaxed);
  return shared;
}

void weft_shared_memory_delete(weft_shared_memory_t* m) {
  // SAFETY: the last owner sees what the others did before they let go.
  if (m != nullptr && m->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete m;
}

weft_error_t* weft_memory_share(const weft_store_t* s, weft_memory_t m,
                                weft_shared_memory_t** out) try {
  WEFT_ASSIGN_C(const engine::Memory memory, api::from_handle<runtime::Memory>(*s->store, m));
  if (!memory.belongs_to(*s->store))
    return api::to_c(Error(ErrorCode::wrong_store, "memory of another store"));
  if (memory.object->shared() == nullptr) {
    return api::to_c(Error(ErrorCode::bad_argument, "bad argument: the memory is not shared"));
  }
  *out = new weft_shared_memory{memory.object->shared()};
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_memory_from_shared(weft_store_t* s, const weft_shared_memory_t* m,
                                      weft_memory_t* out) try {
  WEFT_ASSIGN_C(runtime::Memory* const memory, s->store->add_shared_memory(m->memory));
  *out = api::to_handle<weft_memory_t>(*s->store, engine::Memory{memory, s->store->id()});
  return nullptr;
}
WEFT_OR_ERROR

}  // extern "C"
