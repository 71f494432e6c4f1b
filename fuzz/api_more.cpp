// More calls of a session: invocations, objects of the guest's heap, exceptions, roots, freeing
// instances, limits and hooks, serialized modules, prepared instances, interrupts.
#include <array>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "api_session.hpp"

namespace weft::fuzz {

void ApiSession::call_invocation(Store& s, size_t index, bool start) {
  std::vector<weft_val_t> values;
  if (start) {
    weft_functype_t* type = nullptr;
    if (!ok(weft_func_type(s.store, invocations_[index].func, &type))) return;
    const weft_valkind_t* kinds = nullptr;
    values.resize(weft_functype_params(type, &kinds));
    for (size_t i = 0; i < values.size(); ++i) values[i] = any_value(kinds[i]);
    weft_functype_delete(type);
  } else {
    std::array<weft_valkind_t, 8> kinds{};
    const size_t count =
        weft_invocation_resume_types(invocations_[index].invocation, kinds.data(), kinds.size());
    values.resize(count < kinds.size() ? count : kinds.size());
    for (size_t i = 0; i < values.size(); ++i) values[i] = any_value(kinds[i]);
  }
  weft_invocation_t* const invocation = invocations_[index].invocation;
  weft_trap_t* trap = nullptr;
  invocations_[index].running = true;
  ++s.busy;
  weft_error_t* error =
      start ? weft_invocation_start(s.store, invocation, values.data(), values.size(), &trap)
            : weft_invocation_resume(s.store, invocation, values.data(), values.size(), &trap);
  --s.busy;
  invocations_[index].running = false;
  if (!ok(error)) return;
  look_at(trap);
  if (weft_invocation_state(invocation) == WEFT_INVOCATION_FINISHED) {
    std::array<weft_val_t, 4> results{};
    const size_t count = weft_invocation_results(invocation, results.data(), results.size());
    for (size_t i = 0; i < count && i < results.size(); ++i) keep(results[i]);
  }
}

void ApiSession::use_invocation() {
  Store* s = any_store();
  if (s == nullptr) return;
  if (const weft_func_t* f = pick(funcs_); f != nullptr && c_.chance(40)) {
    Invocation made;
    made.func = *f;
    if (ok(weft_invocation_new(s->store, *f, &made.invocation))) invocations_.push_back(made);
  }
  if (invocations_.empty()) return;
  const size_t i = c_.below(static_cast<unsigned>(invocations_.size()));
  if (invocations_[i].running) return;
  weft_invocation_t* const one = invocations_[i].invocation;
  switch (c_.below(6)) {
    case 0:
    case 1: return call_invocation(*s, i, true);
    case 2:
    case 3: return call_invocation(*s, i, false);
    case 4: {
      (void)weft_invocation_suspension(one);
      for (size_t f = 0; f < weft_invocation_frame_count(one); ++f)
        (void)weft_invocation_frame(one, f);
      weft_func_t host{};
      if (weft_invocation_host(one, &host)) funcs_.push_back(host);
      if (const weft_error_t* e = weft_invocation_host_error(one)) (void)weft_error_message(e);
      return;
    }
    default:
      if (depth_ != 0) return;  // indices of those that run must stay
      weft_invocation_delete(one);
      invocations_.erase(invocations_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void ApiSession::use_objects() {
  Store* s = any_store();
  weft_engine_t* engine = engines_[c_.below(2)];
  if (s == nullptr || engine == nullptr) return;
  weft_type_t type{};
  weft_ref_t made{};
  const unsigned packed = c_.chance(20) ? 8 : 0;
  weft_fieldtype_t field = {weft_valtype_of(packed != 0 ? WEFT_I32 : any_kind()),
                            static_cast<uint8_t>(packed), c_.chance(80)};
  std::array<weft_val_t, 3> values{};
  for (weft_val_t& v : values) v = any_value(field.type.kind);
  const weft_ref_t* r = pick(refs_);
  size_t size = 0;
  uint32_t length = 0;
  switch (c_.below(8)) {
    case 0: {
      std::array<weft_fieldtype_t, 2> fields = {field, field};
      if (ok(weft_type_struct(engine, fields.data(), 2, nullptr, c_.chance(50), &type)) &&
          ok(weft_struct_new(s->store, type, values.data(), c_.chance(90) ? 2 : 1, &made)))
        refs_.push_back(made);
      return;
    }
    case 1:
      if (ok(weft_type_array(engine, &field, nullptr, c_.chance(50), &type)) &&
          ok(weft_array_new(s->store, type, values.data(), c_.below(20), &made)))
        refs_.push_back(made);
      return;
    case 2:
      if (ok(weft_type_array(engine, &field, nullptr, true, &type)) &&
          (c_.chance(50)
               ? ok(weft_array_new_fixed(s->store, type, values.data(), 3, &made))
               : ok(weft_array_new_bytes(s->store, type, values.data(), c_.below(33), &made))))
        refs_.push_back(made);
      return;
    case 3:
      if (r != nullptr && ok(weft_struct_size(s->store, *r, &size)) &&
          ok(weft_struct_get(s->store, *r, c_.below(3), values.data())))
        ok(weft_struct_set(s->store, *r, c_.below(3), &values[c_.below(2)]));
      return;
    case 4:
      if (r != nullptr && ok(weft_array_length(s->store, *r, &length)) &&
          ok(weft_array_get(s->store, *r, c_.below(20), values.data())))
        ok(weft_array_set(s->store, *r, c_.below(20), &values[c_.below(2)]));
      return;
    case 5: {
      std::array<uint8_t, 32> bytes{};
      if (r == nullptr) return;
      ok(weft_array_read(s->store, *r, c_.below(40), bytes.data(), c_.below(33)));
      ok(weft_array_write(s->store, *r, c_.below(40), bytes.data(), c_.below(33)));
      return;
    }
    case 6: refs_.push_back(weft_i31_new(s->store, static_cast<uint32_t>(c_.bits(4)))); return;
    default: {
      weft_valtype_t exact{};
      bool is = false;
      int32_t number = 0;
      if (r == nullptr || !ok(weft_ref_type(s->store, *r, &exact))) return;
      ok(weft_ref_test(s->store, *r, &exact, &is));
      ok(weft_i31_get_s(s->store, *r, &number));
    }
  }
}

void ApiSession::use_exceptions() {
  Store* s = any_store();
  if (s == nullptr) return;
  weft_tag_t tag{};
  weft_ref_t made{};
  const weft_valkind_t kind = any_kind();
  const weft_val_t value = any_value(kind);
  if (c_.chance(40)) {
    weft_functype_t* type = weft_functype_new(&kind, 1, nullptr, 0);
    if (ok(weft_tag_new(s->store, type, &tag))) tags_.push_back(tag);
    weft_functype_delete(type);
  }
  const weft_tag_t* t = pick(tags_);
  weft_functype_t* type = nullptr;
  if (t != nullptr && ok(weft_tag_type(s->store, *t, &type))) weft_functype_delete(type);
  if (t != nullptr && ok(weft_exception_new(s->store, *t, &value, 1, &made))) refs_.push_back(made);
  const weft_ref_t* r = pick(refs_);
  if (r == nullptr) return;
  std::array<weft_val_t, 2> values{};
  size_t count = 0;
  ok(weft_exception_tag(s->store, *r, &tag));
  if (ok(weft_exception_values(s->store, *r, values.data(), 2, &count)) && count != 0)
    keep(values[0]);
}

void ApiSession::use_roots() {
  Store* s = any_store();
  if (s == nullptr) return;
  weft_root_t root{};
  weft_ref_t ref{};
  if (const weft_ref_t* r = pick(refs_);
      r != nullptr && c_.chance(50) && ok(weft_root_new(s->store, *r, &root)))
    roots_.push_back(root);
  const weft_root_t* any = pick(roots_);
  if (any == nullptr) return;
  if (c_.chance(60)) {
    if (ok(weft_root_get(s->store, *any, &ref))) refs_.push_back(ref);
  } else {
    weft_root_delete(s->store, *any);
  }
}

void ApiSession::free_instance() {
  Store* s = any_store();
  const weft_instance_t* i = pick(instances_);
  if (s == nullptr || i == nullptr) return;
  if (c_.chance(30)) {
    void* const data = counted();
    if (!ok(weft_instance_set_data(s->store, *i, data, finalize))) --handed_over_;
    (void)weft_instance_data(s->store, *i);
    return;
  }
  ok(weft_instance_free(s->store, *i));
}

void ApiSession::limits_and_hooks() {
  Store* s = any_store();
  if (s == nullptr) return;
  switch (c_.below(4)) {
    case 0: return weft_store_limit_heap(s->store, uint64_t{c_.byte()} << 12);
    case 1: return weft_store_trap_on_refused_growth(s->store, c_.chance(50));
    case 2: {
      if (s->busy != 0) return;  // not while it may be asked
      weft_limiter_t limiter{};
      limiter.memory_growing = [](void*, uint64_t current, uint64_t desired, uint64_t) {
        return desired - current > 65536 ? WEFT_GROWTH_TRAP : WEFT_GROWTH_ALLOW;
      };
      limiter.table_growing = [](void*, uint64_t, uint64_t desired, uint64_t) {
        return desired % 3 == 2 ? WEFT_GROWTH_REFUSE : WEFT_GROWTH_ALLOW;
      };
      limiter.finalizer = finalize;
      if (c_.chance(20)) {
        ok(weft_store_set_limiter(s->store, nullptr, nullptr));
      } else if (!ok(weft_store_set_limiter(s->store, &limiter, counted()))) {
        --handed_over_;
      }
      return;
    }
    default: {
      if (s->busy != 0) return;
      const auto hook = [](void* env, weft_store_t*, weft_callhook_t) -> weft_error_t* {
        return *static_cast<uint64_t*>(env) % 7 == 6 ? weft_error_new("hook", 4) : nullptr;
      };
      if (c_.chance(30)) {
        ok(weft_store_set_call_hook(s->store, nullptr, nullptr, nullptr));
      } else if (!ok(weft_store_set_call_hook(s->store, hook, counted(), finalize))) {
        --handed_over_;
      }
    }
  }
}

void ApiSession::serialize() {
  weft_engine_t* engine = engines_[c_.below(2)];
  weft_module_t** m = pick(modules_);
  if (engine == nullptr || m == nullptr || modules_.size() > 12) return;
  weft_bytes_t bytes{};
  if (!ok(weft_module_serialize(*m, &bytes))) return;
  if (c_.chance(30) && bytes.size != 0) bytes.data[c_.bits(2) % bytes.size] ^= c_.byte();
  weft_module_t* made = nullptr;
  if (c_.chance(60)) {
    if (ok(weft_module_deserialize(engine, bytes.data, bytes.size, &made)))
      modules_.push_back(made);
  } else {
    weft_module_builder_t* builder = nullptr;
    if (ok(weft_module_builder_new(engine, &builder))) {
      const size_t cut = c_.bits(2) % (bytes.size + 1);
      ok(weft_module_builder_write(builder, bytes.data, cut));
      ok(weft_module_builder_write(builder, bytes.data + cut, bytes.size - cut));
      if (c_.chance(80) && ok(weft_module_builder_finish(builder, &made))) modules_.push_back(made);
      weft_module_builder_delete(builder);
    }
  }
  weft_bytes_delete(&bytes);
}

void ApiSession::prepare_instance() {
  Store* s = any_store();
  weft_module_t** m = pick(modules_);
  weft_linker_t* linker = linkers_[c_.below(2)];
  if (m != nullptr && linker != nullptr && c_.chance(50)) {
    weft_instance_pre_t* made = nullptr;
    if (ok(weft_instance_pre_new(linker, *m, &made)))
      weft_instance_pre_delete(std::exchange(pre_, made));
  }
  if (pre_ == nullptr || s == nullptr) return;
  weft_instance_t instance{};
  weft_trap_t* trap = nullptr;
  weft_instance_pre_t* const own = weft_instance_pre_clone(pre_);
  if (ok(weft_instance_pre_instantiate(own, s->store, &instance, &trap))) {
    if (trap == nullptr) keep_exports(*s, instance);
    look_at(trap);
  }
  weft_instance_pre_delete(own);
}

void ApiSession::interrupt() {
  Store* s = any_store();
  weft_interrupt_handle_t* made = nullptr;
  if (s != nullptr && handles_.size() < 4 && c_.chance(50) &&
      ok(weft_store_interrupt_handle(s->store, &made)))
    handles_.push_back(made);
  if (weft_interrupt_handle_t** h = pick(handles_); h != nullptr) {
    (void)weft_interrupt_request(
        *h, c_.chance(50) ? WEFT_INTERRUPTION_SUSPEND : WEFT_INTERRUPTION_TRAP);
    if (c_.chance(30)) weft_interrupt_take_back(*h);
  }
  if (s == nullptr) return;
  if (c_.chance(30)) ok(weft_store_set_epoch_action(s->store, WEFT_EPOCH_SUSPEND));
  if (s->busy == 0 && c_.chance(30)) {
    const auto callback = [](void*, weft_store_t*, uint64_t* ticks) {
      *ticks = 1;
      return WEFT_EPOCH_TRAP;
    };
    // Finalized at once where it is refused.
    ok(weft_store_set_epoch_callback(s->store, callback, counted(), finalize));
  }
}

}  // namespace weft::fuzz
