// weft.h: WASI configuration, and the deadline that reaches waits inside WASI.
#include <chrono>

#include "api/objects.hpp"
#include "wasi/link.hpp"

using namespace weft;

struct weft_wasi_config {
  wasi::ContextBuilder builder;
  bool exhausted =
      false;  // something could not be kept for want of memory: refused when it is used
};

namespace {

/// WASI waits end at the store's deadline, and when another thread asks for it.
class StoreInterrupt final : public wasi::Interrupt {
 public:
  explicit StoreInterrupt(const runtime::Store& store) : store_(store) {}
  bool armed() const override {
    return store_.deadline_ns != wasi::kNever || store_.can_be_interrupted();
  }
  bool raised() const override { return store_.interruption() != runtime::Interruption::none; }
  int wake_fd() const override { return store_.can_be_interrupted() ? kPolled : kDeadlineOnly; }
  uint64_t deadline() const override { return store_.deadline_ns; }

 private:
  const runtime::Store& store_;
};

/// Settings have no result of their own; the config remembers that one is missing.
template <class F>
void configure(weft_wasi_config_t* c, F&& set) {
  if (c == nullptr) return;
  try {
    set(c->builder);
  } catch (...) {
    api::expect_out_of_memory();
    c->exhausted = true;
  }
}

wasi::Context* context_of(runtime::Store& store) { return weft_store::of(store).wasi.get(); }

}  // namespace

extern "C" {

weft_wasi_config_t* weft_wasi_config_new(void) try { return new weft_wasi_config; }
WEFT_OR_NULL
void weft_wasi_config_delete(weft_wasi_config_t* c) { delete c; }

void weft_wasi_arg(weft_wasi_config_t* c, const char* arg, size_t size) {
  configure(c, [&](wasi::ContextBuilder& b) { b.arg({arg, size}); });
}

void weft_wasi_env(weft_wasi_config_t* c, const char* key, size_t key_size, const char* value,
                   size_t value_size) {
  configure(c, [&](wasi::ContextBuilder& b) { b.env({key, key_size}, {value, value_size}); });
}

void weft_wasi_preopen(weft_wasi_config_t* c, const char* host, const char* guest, bool read_only) {
  configure(c, [&](wasi::ContextBuilder& b) {
    b.preopen_dir(host, guest,
                  read_only ? wasi::DirAccess::read_only : wasi::DirAccess::read_write);
  });
}

void weft_wasi_preopen_socket(weft_wasi_config_t* c, int fd) {
  configure(c, [&](wasi::ContextBuilder& b) { b.preopen_socket(fd); });
}

void weft_wasi_inherit_stdio(weft_wasi_config_t* c) {
  configure(c, [](wasi::ContextBuilder& b) { b.inherit_stdio(); });
}

void weft_wasi_stdin_bytes(weft_wasi_config_t* c, const uint8_t* data, size_t size) {
  configure(c, [&](wasi::ContextBuilder& b) {
    // SAFETY: bytes read as characters.
    const auto* text = reinterpret_cast<const char*>(data);
    b.stdio_stream(0, wasi::bytes_stream(std::string(text, size)));
  });
}

void weft_wasi_output(weft_wasi_config_t* c, int fd, weft_write_t write, void* env) {
  const auto forward = [write, env](std::span<const std::byte> bytes) {
    const ptrdiff_t taken =
        write(env, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    if (taken < 0) return wasi::IoCount{wasi::Errno::io, 0};
    return wasi::IoCount{wasi::Errno::success, static_cast<size_t>(taken)};
  };
  configure(c, [&](wasi::ContextBuilder& b) {
    b.stdio_stream(static_cast<uint32_t>(fd), wasi::callback_stream(nullptr, forward));
  });
}

weft_error_t* weft_store_set_wasi(weft_store_t* s, weft_wasi_config_t* config) try {
  const std::unique_ptr<weft_wasi_config> owned(config);
  if (config == nullptr || config->exhausted) return api::out_of_memory();
  auto interrupt = std::make_unique<StoreInterrupt>(*s->store);
  owned->builder.interrupt(interrupt.get());
  WEFT_ASSIGN_C(auto context, owned->builder.build());
  s->wasi = std::move(context);  // first: what was there before has the old interrupt
  s->interrupt = std::move(interrupt);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_linker_wasi(weft_linker_t* l) try {
  WEFT_REFUSE_NULL(l);
  WEFT_TRY_C(wasi::add_to_linker(l->linker, context_of));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_store_set_deadline(weft_store_t* s, uint64_t nanoseconds) try {
  if (nanoseconds == 0) {
    s->engine.clear_deadline(*s->store);
    return nullptr;
  }
  WEFT_TRY_C(s->engine.set_deadline(*s->store, std::chrono::nanoseconds(static_cast<int64_t>(
                                                   std::min<uint64_t>(nanoseconds, INT64_MAX)))));
  return nullptr;
}
WEFT_OR_ERROR

}  // extern "C"
