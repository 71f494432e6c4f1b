// Host functions that do the same in every engine.
#include "host.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

namespace weft::fuzz {
namespace {

std::optional<weft_valkind_t> kind_of(std::string_view word) {
  if (word == "i32") return WEFT_I32;
  if (word == "i64") return WEFT_I64;
  if (word == "f32") return WEFT_F32;
  if (word == "f64") return WEFT_F64;
  if (word == "v128") return WEFT_V128;
  if (word == "funcref") return WEFT_FUNCREF;
  if (word == "externref") return WEFT_EXTERNREF;
  if (word == "anyref") return WEFT_ANYREF;
  return std::nullopt;
}

/// "(func (param i32 i64) (result f32))"; nothing if a type has no kind.
bool parse(std::string_view text, std::vector<weft_valkind_t>& params,
           std::vector<weft_valkind_t>& results) {
  std::vector<weft_valkind_t>* into = nullptr;
  while (!text.empty()) {
    const size_t start = text.find_first_not_of("() ");
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const std::string_view word = text.substr(0, text.find_first_of("() "));
    text.remove_prefix(word.size());
    if (word == "func" && into == nullptr) continue;
    if (word == "param") {
      into = &params;
    } else if (word == "result") {
      into = &results;
    } else if (const auto kind = kind_of(word); kind && into != nullptr) {
      into->push_back(*kind);
    } else {
      return false;
    }
  }
  return true;
}

weft_error_t* call_stub(void*, weft_caller_t*, weft_raw_t* cells, size_t capacity) {
  for (size_t i = 0; i < capacity; ++i) cells[i].bits = 0;
  return nullptr;
}

}  // namespace

weft_val_t argument(weft_valkind_t kind, unsigned round, unsigned index) {
  weft_val_t v{};
  v.kind = kind;
  const uint32_t x = round * 0x12345 + index;
  switch (kind) {
    case WEFT_I32: v.of.i32 = static_cast<int32_t>(round == 2 ? ~x : x); break;
    case WEFT_I64:
      v.of.i64 = round == 2 ? -static_cast<int64_t>(x) : static_cast<int64_t>(x) << 20;
      break;
    case WEFT_F32: v.of.f32 = round == 0 ? -0.0f : 1.5f * static_cast<float>(round) + 1; break;
    case WEFT_F64: v.of.f64 = round == 0 ? -0.0 : 1e9 + static_cast<double>(x); break;
    default: break;
  }
  return v;
}

weft_error_t* HostFunctions::call_f(void* env, weft_caller_t* caller, weft_raw_t* cells, size_t) {
  const auto& self = *static_cast<const HostFunctions*>(env);
  const auto x = static_cast<uint32_t>(cells[0].i32);
  weft_val_t result{};
  if (self.has_callback_) {
    weft_trap_t* trap = nullptr;
    if (weft_error_t* e = weft_func_call(weft_caller_store(caller), self.callback_, nullptr, 0,
                                         &result, 1, &trap)) {
      return e;
    }
    if (trap != nullptr) return weft_error_from_trap(trap);
  }
  cells[0].bits = static_cast<uint32_t>(x * 31 + static_cast<uint32_t>(result.of.i32));
  return nullptr;
}

weft_error_t* HostFunctions::call_check(void* env, weft_caller_t*, weft_raw_t* cells, size_t) {
  const auto& self = *static_cast<const HostFunctions*>(env);
  constexpr std::string_view kText = "the host refuses";
  if (self.fails_ && (cells[0].i32 & 15) == 5) return weft_error_new(kText.data(), kText.size());
  return nullptr;
}

void HostFunctions::define(weft_linker_t* linker, const Module& module, bool portable) {
  fails_ = !portable;
  for (size_t i = 0; i < module.import_count(); ++i) {
    const weft_import_desc_t import = module.import(i);
    if (import.kind != WEFT_EXTERN_FUNC) continue;
    const std::string_view from(import.module.data, import.module.size);
    const std::string_view name(import.name.data, import.name.size);
    if (from == "lib") continue;
    std::vector<weft_valkind_t> params, results;
    if (!parse({import.type.data, import.type.size}, params, results)) continue;
    weft_callback_t callback = call_stub;
    if (from == "host" && name == "f") callback = call_f;
    if (from == "host" && name == "check") callback = call_check;
    weft_functype_t* type =
        weft_functype_new(params.data(), params.size(), results.data(), results.size());
    // Defined twice where a module imports it twice: refused, which does not matter.
    if (weft_error_t* e = weft_linker_func(linker, from.data(), from.size(), name.data(),
                                           name.size(), type, callback, this, nullptr)) {
      weft_error_delete(e);
    }
    weft_functype_delete(type);
  }
}

}  // namespace weft::fuzz
