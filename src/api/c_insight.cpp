// weft.h: traces and profiles.
#include <optional>

#include "api/objects.hpp"
#include "engine/profile.hpp"
#include "wasi/trace.hpp"

using namespace weft;

struct weft_profile {
  weft_profile(weft_store& s, std::unique_ptr<engine::Profiler> p)
      : store(s), profiler(std::move(p)) {
    store.is_profiled = true;
  }
  ~weft_profile() { store.is_profiled = false; }
  weft_profile(const weft_profile&) = delete;
  weft_profile& operator=(const weft_profile&) = delete;

  weft_store& store;
  std::unique_ptr<engine::Profiler> profiler;
};

extern "C" {

void weft_store_trace(weft_store_t* s, uint32_t what, weft_trace_t sink, void* env) try {
  engine::watch_host_calls(*s->store, [what, sink, env](const engine::HostCall& call) {
    const uint32_t kind = wasi::is_wasi_call(call) ? WEFT_TRACE_WASI : WEFT_TRACE_HOST;
    if ((what & kind) == 0) return;
    const std::string line = wasi::describe_call(call);
    sink(env, line.data(), line.size());
  });
}
WEFT_OR_RETURN()

weft_error_t* weft_profile_start(weft_store_t* s, weft_profile_t** out) try {
  if (s->is_profiled)
    return api::to_c(Error(ErrorCode::bad_argument, "bad argument: the store has a profile"));
  WEFT_ASSIGN_C(auto profiler, engine::Profiler::start(s->engine, *s->store));
  *out = new weft_profile(*s, std::move(profiler));
  return nullptr;
}
WEFT_OR_ERROR

weft_bytes_t weft_profile_report(const weft_profile_t* p, weft_profile_format_t format,
                                 const char* title, size_t title_size) try {
  return api::to_bytes(p->profiler->report(static_cast<engine::Profiler::Format>(format),
                                           api::view(title, title_size)));
}
WEFT_OR_RETURN({})

uint64_t weft_profile_samples(const weft_profile_t* p) { return p->profiler->samples(); }

void weft_profile_delete(weft_profile_t* p) { delete p; }

}  // extern "C"
