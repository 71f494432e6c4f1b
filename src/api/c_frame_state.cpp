// weft.h: guest frames with their locals and operands.
#include "api/frame_state.hpp"
#include "api/objects.hpp"
#include "runtime/instance.hpp"

using namespace weft;

struct weft_frame_states {
  struct Frame {
    weft_frame_t place{};  // without its texts, which move
    std::string func_name;
    std::string module_name;
    weft_instance_t instance{};
    std::vector<weft_frame_value_t> locals;
    std::vector<weft_frame_value_t> operands;
  };
  std::vector<Frame> frames;
};

namespace weft::api {
namespace {

/// A reference whose value nobody can have: its cell was not written.
bool is_unset(const runtime::Store& store, const engine::Value& v, weft_valkind_t kind) {
  if (!v.type.is_ref()) return false;
  if (v.cell[0].bits == 0) return !v.type.nullable();
  // SAFETY: no store is const itself; looking changes nothing.
  return kind != WEFT_FUNCREF &&
         !const_cast<runtime::Store&>(store).heap().is_valid(v.cell[0].as<runtime::Ref>());
}

weft_frame_value_t to_c(const runtime::Store& store, const runtime::ModuleInfo& module,
                        const runtime::StateValue& v) {
  engine::Value value{module.canonical(v.type), {}};
  weft_frame_value_t out{};
  out.value.kind = to_kind(store, value.type);
  if (!v.known) return out;
  value.cell[0] = v.cell[0];
  value.cell[1] = v.cell[1];
  if (is_unset(store, value, out.value.kind)) return out;
  out.value = api::to_c(store, value);
  out.known = true;
  return out;
}

std::vector<weft_frame_value_t> to_c(const runtime::Store& store, const runtime::ModuleInfo& module,
                                     const std::vector<runtime::StateValue>& values) {
  std::vector<weft_frame_value_t> out;
  out.reserve(values.size());
  for (const runtime::StateValue& v : values) out.push_back(to_c(store, module, v));
  return out;
}

}  // namespace

weft_frame_states_t* to_c(const runtime::Store& store,
                          const std::vector<runtime::FrameState>& frames) {
  auto out = std::make_unique<weft_frame_states>();
  out->frames.reserve(frames.size());
  for (const runtime::FrameState& f : frames) {
    const runtime::ModuleInfo& module = f.instance->info();
    out->frames.push_back({{f.func.value, f.offset, {}, {}},
                           module.func_name(f.func),
                           std::string(module.display_name()),
                           {store.id(), store.handle_of(*f.instance)},
                           to_c(store, module, f.locals),
                           to_c(store, module, f.operands)});
  }
  return out.release();
}

namespace {

const weft_frame_states::Frame* frame_at(const weft_frame_states_t* states, size_t index) {
  return index < states->frames.size() ? &states->frames[index] : nullptr;
}

}  // namespace

}  // namespace weft::api

extern "C" {

weft_error_t* weft_store_frame_states(weft_store_t* s, size_t max, weft_frame_states_t** out) try {
  *out = api::to_c(*s->store, runtime::capture_frame_states(*s->store, max));
  return nullptr;
}
WEFT_OR_ERROR

void weft_frame_states_delete(weft_frame_states_t* states) { delete states; }

size_t weft_frame_states_count(const weft_frame_states_t* states) { return states->frames.size(); }

weft_frame_t weft_frame_states_frame(const weft_frame_states_t* states, size_t index) {
  const auto* const frame = api::frame_at(states, index);
  if (frame == nullptr) return {};
  weft_frame_t out = frame->place;
  out.func_name = api::borrow(frame->func_name);
  out.module_name = api::borrow(frame->module_name);
  return out;
}

weft_instance_t weft_frame_states_instance(const weft_frame_states_t* states, size_t index) {
  const auto* const frame = api::frame_at(states, index);
  return frame == nullptr ? weft_instance_t{} : frame->instance;
}

size_t weft_frame_states_locals(const weft_frame_states_t* states, size_t index,
                                const weft_frame_value_t** out) {
  const auto* const frame = api::frame_at(states, index);
  *out = frame == nullptr ? nullptr : frame->locals.data();
  return frame == nullptr ? 0 : frame->locals.size();
}

size_t weft_frame_states_operands(const weft_frame_states_t* states, size_t index,
                                  const weft_frame_value_t** out) {
  const auto* const frame = api::frame_at(states, index);
  *out = frame == nullptr ? nullptr : frame->operands.data();
  return frame == nullptr ? 0 : frame->operands.size();
}

}  // extern "C"
