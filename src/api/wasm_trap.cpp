// wasm.h: traps and their frames; how a trap travels through the guest.
#include "api/wasm_families.hpp"

using namespace weft;

struct wasm_frame_t {
  wasm_instance_t instance;
  uint32_t func_index;
  size_t func_offset;
  size_t module_offset;
};

namespace weft::api {

namespace {

/// Identifies our payload in the error that carries a callback's trap.
constexpr char kTrapPayload = 0;

std::shared_ptr<TrapObject> carried(const engine::Trap& trap) {
  if (trap.kind != engine::Trap::Kind::error || trap.payload == nullptr) return nullptr;
  // SAFETY: what host functions of a weft_store leave as payload of an error is a weft_error.
  const auto* const error = static_cast<const weft_error*>(trap.payload.get());
  const auto* const object =
      static_cast<const std::shared_ptr<TrapObject>*>(weft_error_payload(error, &kTrapPayload));
  return object == nullptr ? nullptr : *object;
}

const engine::Trap& trap_of(const wasm_trap_t* t) {
  return static_cast<const TrapObject&>(*t->object).trap;
}

/// Never destroyed: may be held by whoever ends last. Making it takes no memory.
struct Immortal {
  Immortal() {
    object.trap.kind = engine::Trap::Kind::error;
    object.trap.error_code = ErrorCode::out_of_memory;
    object.trap.message = "out of memory";
    object.weft.reset(out_of_memory_trap());
  }
  TrapObject object;
  // A pointer that owns nothing and so counts nothing; and no store.
  wasm_trap_t name{RefKind::trap, &object, nullptr,
                   WasmObjectPtr(std::shared_ptr<void>(), static_cast<WasmObject*>(&object))};
};

Immortal& immortal() {
  union Storage {
    Storage() : value() {}
    ~Storage() {}
    Immortal value;
  };
  static Storage storage;
  return storage.value;
}

/// A trap may be older than the end of its instance, whose address says nothing then: 0.
uint64_t handle_of_instance(const WasmStore& store, const runtime::BacktraceFrame& f) {
  uint64_t handle = 0;
  if (!store.alive()) return handle;
  store.store().for_each_instance([&](const runtime::Instance& instance) {
    if (&instance == f.instance && &instance.info() == f.module.get())
      handle = store.store().handle_of(instance);
  });
  return handle;
}

wasm_frame_t* make_frame(const wasm_trap_t* t, const runtime::BacktraceFrame& f) {
  const uint32_t body = f.module->module->body(f.func).offset;
  const uint64_t handle = handle_of_instance(*t->store, f);
  return new wasm_frame_t{wasm_instance_t(RefKind::instance, f.instance, t->store, nullptr, handle),
                          f.func.value, f.offset - body, f.offset};
}

}  // namespace

wasm_trap_t* to_wasm(const WasmStorePtr& store, engine::Trap trap) {
  std::shared_ptr<TrapObject> object = carried(trap);
  if (object == nullptr) {
    object = std::make_shared<TrapObject>();
    object->trap = std::move(trap);
  } else if (object->trap.backtrace.empty()) {
    object->trap.backtrace = std::move(trap.backtrace);
  }
  return make_object<wasm_trap_t>(RefKind::trap, std::move(object), store);
}

wasm_trap_t* to_wasm(const WasmStorePtr& store, const Error& error) {
  engine::Trap trap;
  trap.kind = engine::Trap::Kind::error;
  trap.error_code = error.code;
  trap.message = error.message;
  if (store->alive()) refuse(*store, trap.message);
  return to_wasm(store, std::move(trap));
}

wasm_trap_t* wasm_out_of_memory_trap() noexcept { return &immortal().name; }

runtime::TrapCode end_call(runtime::Caller& caller, wasm_trap_t* t) {
  const std::unique_ptr<wasm_trap_t> owned(t);
  auto object = std::static_pointer_cast<TrapObject>(owned->object);
  const engine::Trap& trap = object->trap;
  if (t == wasm_out_of_memory_trap()) {  // takes no backtrace: it is everybody's
    engine::Trap copy;
    copy.kind = trap.kind;
    copy.error_code = trap.error_code;
    copy.message = trap.message;
    return engine::pass_on(caller, std::move(copy));
  }
  // An exception goes on as one, and the end of the program is no trap.
  if (trap.code == engine::TrapCode::unhandled_exception || trap.kind == engine::Trap::Kind::exit)
    return engine::pass_on(caller, trap);
  std::string message = trap.message;
  const std::shared_ptr<weft_error> error(
      weft_error_new_payload(message.data(), message.size(), &kTrapPayload,
                             new std::shared_ptr<TrapObject>(std::move(object)),
                             [](void* p) { delete static_cast<std::shared_ptr<TrapObject>*>(p); }),
      weft_error_delete);
  return caller.fail(std::move(message), error);
}

}  // namespace weft::api

void wasm_trap_t::operator delete(wasm_trap_t* trap, std::destroying_delete_t) {
  if (trap == api::wasm_out_of_memory_trap()) return;
  trap->~wasm_trap_t();
  ::operator delete(static_cast<void*>(trap));
}

extern "C" {

WEFT_WASM_VEC(frame)
void wasm_frame_delete(wasm_frame_t* f) { delete f; }
wasm_frame_t* wasm_frame_copy(const wasm_frame_t* f) try {
  return f == nullptr ? nullptr : new wasm_frame_t(*f);
}
WEFT_OR_NULL
wasm_instance_t* wasm_frame_instance(const wasm_frame_t* f) {
  // SAFETY: frames are made on the heap and not const; the interface gives a mutable name.
  return const_cast<wasm_instance_t*>(&f->instance);
}
uint32_t wasm_frame_func_index(const wasm_frame_t* f) { return f->func_index; }
size_t wasm_frame_func_offset(const wasm_frame_t* f) { return f->func_offset; }
size_t wasm_frame_module_offset(const wasm_frame_t* f) { return f->module_offset; }

wasm_trap_t* wasm_trap_new(wasm_store_t* store, const wasm_message_t* message) try {
  auto object = std::make_shared<api::TrapObject>();
  engine::Trap& trap = object->trap;
  trap.kind = engine::Trap::Kind::error;
  size_t size = message->size;
  while (size != 0 && message->data[size - 1] == '\0') --size;
  if (size != 0) trap.message.assign(message->data, size);
  if (store->state->alive()) trap.backtrace = runtime::capture_backtrace(store->state->store());
  return api::make_object<wasm_trap_t>(api::RefKind::trap, std::move(object), store->state);
}
WEFT_OR_RETURN(api::wasm_out_of_memory_trap())

void wasm_trap_message(const wasm_trap_t* t, wasm_message_t* out) {
  const std::string& message = api::trap_of(t).message;
  wasm_byte_vec_new(out, message.size() + 1, message.c_str());
}

wasm_frame_t* wasm_trap_origin(const wasm_trap_t* t) try {
  const auto& frames = api::trap_of(t).backtrace.frames;
  return frames.empty() ? nullptr : api::make_frame(t, frames.front());
}
WEFT_OR_NULL

void wasm_trap_trace(const wasm_trap_t* t, wasm_frame_vec_t* out) try {
  *out = {0, nullptr};
  const auto& frames = api::trap_of(t).backtrace.frames;
  api::OwnedVec<wasm_frame_vec_t, wasm_frame_vec_delete> list;
  wasm_frame_vec_new_uninitialized(list.get(), frames.size());
  for (size_t i = 0; i < list.get()->size; ++i) list.get()->data[i] = api::make_frame(t, frames[i]);
  *out = list.release();
}
WEFT_OR_RETURN()

}  // extern "C"
