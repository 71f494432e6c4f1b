// weft.h: bytes, errors, traps.
#include <cstdlib>
#include <cstring>
#include <new>

#include "api/objects.hpp"

using namespace weft;

namespace weft::api {

weft_bytes_t to_bytes(std::string_view s) {
  auto* data = static_cast<uint8_t*>(std::malloc(s.size() == 0 ? 1 : s.size()));
  if (data == nullptr) return {nullptr, 0};
  std::memcpy(data, s.data(), s.size());
  return {data, s.size()};
}

weft_trap_t* to_trap(engine::Trap trap) {
  auto out = std::make_unique<weft_trap>();
  out->trap = std::move(trap);
  const auto& frames = out->trap.backtrace.frames;
  out->frame_names.reserve(frames.size() * 2);
  for (const runtime::BacktraceFrame& f : frames) {
    out->frame_names.push_back(f.module->func_name(f.func));
    out->frame_names.push_back(f.module->name);
  }
  if (out->trap.kind == engine::Trap::Kind::error && out->trap.payload == nullptr) {
    out->refusal = std::make_unique<weft_error>(Error(out->trap.error_code, out->trap.message));
  }
  return out.release();
}

weft_error_t* split(engine::Trap trap, weft_trap_t** out) {
  if (trap.kind == engine::Trap::Kind::error && trap.code == engine::TrapCode::none) {
    return to_c(Error(trap.error_code, std::move(trap.message)));
  }
  *out = to_trap(std::move(trap));
  return nullptr;
}

}  // namespace weft::api

extern "C" {

const char* weft_version(void) {
#define WEFT_TEXT_(x) #x
#define WEFT_TEXT(x) WEFT_TEXT_(x)
  return WEFT_TEXT(WEFT_VERSION_MAJOR) "." WEFT_TEXT(WEFT_VERSION_MINOR) "." WEFT_TEXT(
      WEFT_VERSION_PATCH);
#undef WEFT_TEXT
#undef WEFT_TEXT_
}

void weft_bytes_delete(weft_bytes_t* bytes) {
  std::free(bytes->data);
  *bytes = {nullptr, 0};
}

weft_error_t* weft_error_new(const char* message, size_t size) try {
  return new weft_error(Error(ErrorCode::host, std::string(message, size)));
}
WEFT_OR_ERROR

weft_error_t* weft_error_new_payload(const char* message, size_t size, const void* kind,
                                     void* payload, void (*finalizer)(void*)) try {
  api::Owned owned(payload, finalizer);
  auto* e = new weft_error(Error(ErrorCode::host, std::string(message, size)));
  owned.release();
  e->payload_kind = kind;
  e->payload = payload;
  e->finalizer = finalizer;
  return e;
}
WEFT_OR_ERROR

weft_error_t* weft_error_new_code(weft_error_code_t code, const char* message, size_t size) try {
  return new weft_error(Error(static_cast<ErrorCode>(code), std::string(message, size)));
}
WEFT_OR_ERROR

weft_error_t* weft_trap_refused(const weft_trap_t* t) try {
  if (t->trap.kind != engine::Trap::Kind::error || t->trap.code != engine::TrapCode::none)
    return nullptr;
  return api::to_c(Error(t->trap.error_code, t->trap.message));
}
WEFT_OR_ERROR

void* weft_error_payload(const weft_error_t* e, const void* kind) {
  return e->payload_kind == kind ? e->payload : nullptr;
}

weft_error_t* weft_error_exit(int32_t status) try {
  auto* e = new weft_error(Error(ErrorCode::host, "exit with status " + std::to_string(status)));
  e->kind = weft_error::Kind::exit;
  e->exit_status = status;
  return e;
}
WEFT_OR_ERROR

weft_error_t* weft_error_from_trap(weft_trap_t* t) try {
  if (t->is_shared) return api::out_of_memory();
  const std::unique_ptr<weft_trap> owned(t);
  auto e = std::make_unique<weft_error>(Error(ErrorCode::host, owned->trap.message));
  e->kind = weft_error::Kind::trap;
  e->trap = std::make_unique<engine::Trap>(std::move(owned->trap));
  return e.release();
}
WEFT_OR_ERROR

void weft_error_delete(weft_error_t* e) { delete e; }

weft_error_code_t weft_error_code(const weft_error_t* e) {
  return static_cast<weft_error_code_t>(e->error.code);
}

weft_str_t weft_error_message(const weft_error_t* e) { return api::borrow(e->error.message); }

uint64_t weft_error_offset(const weft_error_t* e) { return e->error.offset; }

void weft_trap_delete(weft_trap_t* t) { delete t; }

weft_trap_code_t weft_trap_code(const weft_trap_t* t) {
  // What a host function did has a number inside only.
  return wasm::is_guest_trap(t->trap.code) ? static_cast<weft_trap_code_t>(t->trap.code) : 0;
}

weft_str_t weft_trap_message(const weft_trap_t* t) { return api::borrow(t->trap.message); }

bool weft_trap_exit_status(const weft_trap_t* t, int32_t* status) {
  if (t->trap.kind != engine::Trap::Kind::exit) return false;
  *status = static_cast<int32_t>(t->trap.exit_code);
  return true;
}

const weft_error_t* weft_trap_host_error(const weft_trap_t* t) {
  if (t->trap.kind != engine::Trap::Kind::error) return nullptr;
  if (t->refusal) return t->refusal.get();
  return static_cast<const weft_error*>(t->trap.payload.get());
}

size_t weft_trap_frame_count(const weft_trap_t* t) { return t->trap.backtrace.frames.size(); }

weft_frame_t weft_trap_frame(const weft_trap_t* t, size_t i) {
  if (i >= t->trap.backtrace.frames.size()) return {};
  const runtime::BacktraceFrame& f = t->trap.backtrace.frames[i];
  return {f.func.value, f.offset, api::borrow(t->frame_names[i * 2]),
          api::borrow(t->frame_names[i * 2 + 1])};
}

size_t weft_trap_core_dump(const weft_trap_t* t, const uint8_t** data) {
  *data = reinterpret_cast<const uint8_t*>(t->trap.core_dump.data());
  return t->trap.core_dump.size();
}

weft_bytes_t weft_trap_backtrace(const weft_trap_t* t) try {
  return api::to_bytes(t->trap.backtrace.text());
}
WEFT_OR_RETURN({})

}  // extern "C"

static_assert(WEFT_ERROR_MALFORMED == static_cast<int>(ErrorCode::malformed));
static_assert(WEFT_ERROR_WRONG_STORE == static_cast<int>(ErrorCode::wrong_store));
static_assert(WEFT_ERROR_HOST == static_cast<int>(ErrorCode::host));
