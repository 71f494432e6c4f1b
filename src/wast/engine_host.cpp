// A host that runs scripts on Weft itself, through the public C API: the suite is also a test of
// that API.
#include "wast/engine_host.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <unordered_map>

#include <fmt/core.h>

#include "weft/weft.h"

namespace weft::wast {
namespace {

using Kind = wasm::ValType::Kind;

// Numbers of src/wasm/traps.def, which are part of the ABI.
constexpr weft_trap_code_t kStackExhausted = 10;
constexpr weft_trap_code_t kUnhandledException = 22;

template <class T, void (*Delete)(T*)>
struct Deleter {
  void operator()(T* p) const { Delete(p); }
};
using StorePtr = std::unique_ptr<weft_store_t, Deleter<weft_store_t, weft_store_delete>>;
using ModulePtr = std::unique_ptr<weft_module_t, Deleter<weft_module_t, weft_module_delete>>;
using ErrorPtr = std::unique_ptr<weft_error_t, Deleter<weft_error_t, weft_error_delete>>;
using TrapPtr = std::unique_ptr<weft_trap_t, Deleter<weft_trap_t, weft_trap_delete>>;
using SharedMemoryPtr =
    std::unique_ptr<weft_shared_memory_t, Deleter<weft_shared_memory_t, weft_shared_memory_delete>>;
using FuncTypePtr =
    std::unique_ptr<weft_functype_t, Deleter<weft_functype_t, weft_functype_delete>>;

// The module that scripts import from (interpreter/README of the spec); nobody reads what its
// functions print.
constexpr std::string_view kSpectest = R"((module
  (func (export "print"))
  (func (export "print_i32") (param i32))
  (func (export "print_i64") (param i64))
  (func (export "print_f32") (param f32))
  (func (export "print_f64") (param f64))
  (func (export "print_i32_f32") (param i32 f32))
  (func (export "print_f64_f64") (param f64 f64))
  (global (export "global_i32") i32 (i32.const 666))
  (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 666.6))
  (global (export "global_f64") f64 (f64.const 666.6))
  (table (export "table") 10 20 funcref)
  (memory (export "memory") 1 2)))";
// What only newer scripts import, each in a module of its own, so that an engine without it runs
// all others.
constexpr std::string_view kSpectestExtras[] = {
    R"((module (table (export "table64") i64 10 20 funcref)))",
    R"((module (memory (export "shared_memory") 1 2 shared)))",
};

std::string text_of(weft_str_t s) { return std::string(s.data, s.size); }

FailureKind kind_of(weft_error_code_t code) {
  switch (code) {
    case WEFT_ERROR_MALFORMED: return FailureKind::malformed;
    case WEFT_ERROR_INVALID: return FailureKind::invalid;
    case WEFT_ERROR_UNLINKABLE: return FailureKind::unlinkable;
    case WEFT_ERROR_UNSUPPORTED: return FailureKind::unsupported;
    default: return FailureKind::other;
  }
}

std::unexpected<Failure> failure(const ErrorPtr& error) {
  return std::unexpected(
      Failure{kind_of(weft_error_code(error.get())), text_of(weft_error_message(error.get()))});
}

std::unexpected<Failure> failure(const TrapPtr& trap) {
  const std::string message = text_of(weft_trap_message(trap.get()));
  if (const weft_error_t* error = weft_trap_host_error(trap.get())) {
    return std::unexpected(
        Failure{kind_of(weft_error_code(error)), text_of(weft_error_message(error))});
  }
  FailureKind kind = FailureKind::trap;
  if (weft_trap_code(trap.get()) == kStackExhausted) kind = FailureKind::exhaustion;
  if (weft_trap_code(trap.get()) == kUnhandledException) kind = FailureKind::exception;
  return std::unexpected(Failure{kind, message});
}

/// Host values are numbers; null must not look like number 0.
void* pointer_of(uint64_t number) {
  // SAFETY: never dereferenced, only turned back.
  return reinterpret_cast<void*>(static_cast<uintptr_t>(number + 1));
}
uint64_t number_of(void* pointer) { return reinterpret_cast<uintptr_t>(pointer) - 1; }

class EngineHost final : public ScriptHost {
 public:
  static std::unique_ptr<ScriptHost> make(wasm::FeatureSet features,
                                          const EngineSettings& settings) {
    weft_config_t* config = weft_config_new();
    for (const auto& [name, value] : settings) {
      if (ErrorPtr error{weft_config_set(config, name.c_str(), value)}) {
        weft_config_delete(config);
        return nullptr;
      }
    }
    for (size_t i = 0; i < wasm::kFeatureCount; ++i) {
      const auto feature = static_cast<wasm::Feature>(i);
      const std::string name(to_string(feature));
      // A feature that this engine cannot have at all shows in the scripts that need it.
      const ErrorPtr ignored{weft_config_feature(config, name.c_str(), features.has(feature))};
    }
    weft_engine_t* engine = nullptr;
    if (ErrorPtr error{weft_engine_new(config, &engine)}) return nullptr;
    constexpr uint64_t kDeferred = 2;  // as in engine::Translation
    const bool deferred = std::ranges::any_of(settings, [](const auto& setting) {
      return setting.first == "translation" && setting.second == kDeferred;
    });
    return on({engine, &weft_engine_delete}, deferred);
  }

  /// With a store of its own on that engine.
  static std::unique_ptr<EngineHost> on(std::shared_ptr<weft_engine_t> engine, bool deferred) {
    auto host = std::make_unique<EngineHost>();
    host->engine_ = std::move(engine);
    host->deferred_ = deferred;
    weft_store_t* store = nullptr;
    if (ErrorPtr error{weft_store_new(host->engine_.get(), nullptr, nullptr, &store)})
      return nullptr;
    host->store_.reset(store);
    const ErrorPtr no_fuel_counted{weft_store_set_fuel(store, uint64_t{1} << 62)};
    if (!host->add_spectest(kSpectest)) return nullptr;
    for (std::string_view extra : kSpectestExtras) host->add_spectest(extra);
    return host;
  }

  bool executes() const override { return true; }

  Outcome<ModuleId> compile(std::span<const std::byte> bytes) override {
    weft_module_t* module = nullptr;
    // SAFETY: bytes are bytes.
    const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
    // Whole, where the engine would leave the bodies for their first call.
    if (deferred_) {
      if (ErrorPtr error{weft_module_validate(engine_.get(), data, bytes.size())})
        return failure(error);
    }
    if (ErrorPtr error{weft_module_new(engine_.get(), data, bytes.size(), &module)})
      return failure(error);
    modules_.emplace_back(module);
    return static_cast<ModuleId>(modules_.size() - 1);
  }

  Outcome<InstanceId> instantiate(ModuleId id) override {
    const weft_module_t* module = modules_[id].get();
    std::vector<weft_extern_t> imports;
    for (size_t i = 0; i < weft_module_import_count(module); ++i) {
      const weft_import_desc_t import = weft_module_import(module, i);
      weft_extern_t item{};
      if (!find(text_of(import.module), text_of(import.name), item)) {
        return std::unexpected(Failure{FailureKind::unlinkable,
                                       fmt::format("unknown import \"{}\" \"{}\"",
                                                   text_of(import.module), text_of(import.name))});
      }
      imports.push_back(item);
    }
    weft_instance_t instance{};
    weft_trap_t* raw_trap = nullptr;
    if (ErrorPtr error{weft_instance_new(store_.get(), module, imports.data(), imports.size(),
                                         &instance, &raw_trap)}) {
      return failure(error);
    }
    if (TrapPtr trap{raw_trap}) return failure(trap);
    instances_.push_back({instance, id, {}});
    return static_cast<InstanceId>(instances_.size() - 1);
  }

  void register_instance(std::string_view name, InstanceId instance) override {
    registered_[std::string(name)] = {instances_[instance]};
  }

  Outcome<std::vector<Value>> invoke(InstanceId instance, std::string_view name,
                                     std::span<const Value> arguments) override {
    weft_extern_t item{};
    if (!find_export(instances_[instance], name, item) || item.kind != WEFT_EXTERN_FUNC) {
      return std::unexpected(
          Failure{FailureKind::other, fmt::format("no exported function \"{}\"", name)});
    }
    weft_functype_t* raw_type = nullptr;
    if (ErrorPtr error{weft_func_type(store_.get(), item.of.func, &raw_type)})
      return failure(error);
    const FuncTypePtr type(raw_type);
    std::vector<weft_val_t> args;
    for (const Value& argument : arguments) {
      auto value = to_val(argument);
      if (!value) return std::unexpected(std::move(value.error()));
      args.push_back(*value);
    }
    const weft_valkind_t* kinds = nullptr;
    std::vector<weft_val_t> results(weft_functype_results(type.get(), &kinds));
    weft_trap_t* raw_trap = nullptr;
    if (ErrorPtr error{weft_func_call(store_.get(), item.of.func, args.data(), args.size(),
                                      results.data(), results.size(), &raw_trap)}) {
      return failure(error);
    }
    if (TrapPtr trap{raw_trap}) return failure(trap);
    std::vector<Value> out;
    for (const weft_val_t& result : results) out.push_back(from_val(result));
    return out;
  }

  Outcome<Value> global(InstanceId instance, std::string_view name) override {
    weft_extern_t item{};
    if (!find_export(instances_[instance], name, item) || item.kind != WEFT_EXTERN_GLOBAL) {
      return std::unexpected(
          Failure{FailureKind::other, fmt::format("no exported global \"{}\"", name)});
    }
    weft_val_t value{};
    if (ErrorPtr error{weft_global_get(store_.get(), item.of.global, &value)})
      return failure(error);
    return from_val(value);
  }

  std::unique_ptr<ScriptHost> make_peer() override { return on(engine_, deferred_); }

  Outcome<InstanceId> share(InstanceId id, ScriptHost& peer) override {
    auto& other = static_cast<EngineHost&>(peer);  // make_peer() makes no others
    Exports shared;
    std::vector<std::string> names;
    if (const Exports& from = instances_[id]; from.module) {
      const weft_module_t* module = modules_[*from.module].get();
      for (size_t i = 0; i < weft_module_export_count(module); ++i)
        names.push_back(text_of(weft_module_export(module, i).name));
    } else {
      for (const auto& [name, item] : from.items) names.push_back(name);
    }
    for (const std::string& name : names) {
      weft_extern_t item{};
      if (!find_export(instances_[id], name, item) || item.kind != WEFT_EXTERN_MEMORY) continue;
      weft_shared_memory_t* raw = nullptr;
      if (ErrorPtr not_shared{weft_memory_share(store_.get(), item.of.memory, &raw)}) continue;
      const SharedMemoryPtr memory(raw);
      weft_extern_t view{};
      view.kind = WEFT_EXTERN_MEMORY;
      if (ErrorPtr error{
              weft_memory_from_shared(other.store_.get(), memory.get(), &view.of.memory)}) {
        return failure(error);
      }
      shared.items[name] = view;
    }
    other.instances_.push_back(std::move(shared));
    return static_cast<InstanceId>(other.instances_.size() - 1);
  }

 private:
  /// An instance, or what another thread shares of one.
  struct Exports {
    weft_instance_t instance{};
    std::optional<ModuleId> module;
    std::map<std::string, weft_extern_t, std::less<>> items;  // if there is no instance
  };

  bool find_export(const Exports& exports, std::string_view name, weft_extern_t& item) const {
    if (exports.items.empty()) {
      return exports.instance.store != 0 &&
             weft_instance_export(store_.get(), exports.instance, name.data(), name.size(), &item);
    }
    const auto found = exports.items.find(name);
    if (found == exports.items.end()) return false;
    item = found->second;
    return true;
  }

  bool add_spectest(std::string_view text) {
    weft_module_t* raw = nullptr;
    // SAFETY: text is bytes.
    const auto* data = reinterpret_cast<const uint8_t*>(text.data());
    if (ErrorPtr error{weft_module_new(engine_.get(), data, text.size(), &raw)}) return false;
    const ModulePtr module(raw);
    weft_instance_t instance{};
    weft_trap_t* raw_trap = nullptr;
    if (ErrorPtr error{
            weft_instance_new(store_.get(), module.get(), nullptr, 0, &instance, &raw_trap)})
      return false;
    if (TrapPtr trap{raw_trap}) return false;
    registered_["spectest"].push_back({instance, std::nullopt, {}});
    return true;
  }

  bool find(const std::string& module, const std::string& name, weft_extern_t& item) const {
    const auto found = registered_.find(module);
    if (found == registered_.end()) return false;
    for (const Exports& exports : found->second) {
      if (find_export(exports, name, item)) return true;
    }
    return false;
  }

  Outcome<weft_val_t> to_val(const Value& value) {
    weft_val_t out{};
    switch (value.kind) {
      case Kind::i32:
        out.kind = WEFT_I32;
        out.of.i32 = static_cast<int32_t>(static_cast<uint32_t>(value.bits[0]));
        return out;
      case Kind::i64:
        out.kind = WEFT_I64;
        out.of.i64 = static_cast<int64_t>(value.bits[0]);
        return out;
      // Floats are copied as bits: a signalling NaN must stay one.
      case Kind::f32:
        out.kind = WEFT_F32;
        std::memcpy(&out.of.f32, value.bits.data(), sizeof(float));
        return out;
      case Kind::f64:
        out.kind = WEFT_F64;
        std::memcpy(&out.of.f64, value.bits.data(), sizeof(double));
        return out;
      case Kind::v128:
        out.kind = WEFT_V128;
        std::memcpy(out.of.v128, value.bits.data(), sizeof(out.of.v128));
        return out;
      default: return to_ref(value);
    }
  }

  Outcome<weft_val_t> to_ref(const Value& value) {
    using wasm::AbstractHeap;
    weft_val_t out{};
    if (value.shape == RefShape::null) {
      switch (value.heap) {
        case AbstractHeap::func:
        case AbstractHeap::nofunc: out.kind = WEFT_FUNCREF; break;
        case AbstractHeap::extern_:
        case AbstractHeap::noextern: out.kind = WEFT_EXTERNREF; break;
        case AbstractHeap::exn:
        case AbstractHeap::noexn: out.kind = WEFT_EXNREF; break;
        default: out.kind = WEFT_ANYREF; break;
      }
      return out;
    }
    if (value.shape != RefShape::extern_ && value.shape != RefShape::host) {
      return std::unexpected(Failure{FailureKind::unsupported, "such references as arguments"});
    }
    out.kind = value.shape == RefShape::host ? WEFT_ANYREF : WEFT_EXTERNREF;
    if (ErrorPtr error{
            weft_externref_new(store_.get(), pointer_of(value.number), nullptr, &out.of.ref)}) {
      return failure(error);
    }
    return out;
  }

  RefShape shape_of(const weft_val_t& val) const {
    weft_refshape_t shape = WEFT_REF_NULL;
    if (ErrorPtr error{weft_ref_shape(store_.get(), val.of.ref, &shape)}) return RefShape::unknown;
    switch (shape) {
      case WEFT_REF_NULL: return RefShape::null;
      case WEFT_REF_I31: return RefShape::i31;
      case WEFT_REF_STRUCT: return RefShape::struct_;
      case WEFT_REF_ARRAY: return RefShape::array;
      case WEFT_REF_HOST: return RefShape::host;
      case WEFT_REF_EXCEPTION: return RefShape::exn;
    }
    return RefShape::unknown;
  }

  Value from_val(const weft_val_t& val) const {
    Value out;
    switch (val.kind) {
      case WEFT_I32:
        out.kind = Kind::i32;
        out.bits[0] = static_cast<uint32_t>(val.of.i32);
        return out;
      case WEFT_I64:
        out.kind = Kind::i64;
        out.bits[0] = static_cast<uint64_t>(val.of.i64);
        return out;
      case WEFT_F32:
        out.kind = Kind::f32;
        std::memcpy(out.bits.data(), &val.of.f32, sizeof(float));
        return out;
      case WEFT_F64:
        out.kind = Kind::f64;
        std::memcpy(out.bits.data(), &val.of.f64, sizeof(double));
        return out;
      case WEFT_V128:
        out.kind = Kind::v128;
        std::memcpy(out.bits.data(), val.of.v128, sizeof(val.of.v128));
        return out;
      case WEFT_FUNCREF:
        out.kind = Kind::ref;
        out.shape = val.of.funcref.store == 0 ? RefShape::null : RefShape::func;
        return out;
      case WEFT_EXTERNREF: {
        out.kind = Kind::ref;
        if (val.of.ref.handle == 0) return out;
        out.shape = RefShape::extern_;
        void* pointer = nullptr;
        const ErrorPtr error{weft_externref_get(store_.get(), val.of.ref, &pointer)};
        out.number =
            error ? ~uint64_t{0} : number_of(pointer);  // else an externalised guest object
        return out;
      }
      case WEFT_ANYREF:
      case WEFT_EXNREF:
        out.kind = Kind::ref;
        out.shape = shape_of(val);
        if (out.shape == RefShape::host) {
          void* pointer = nullptr;
          const ErrorPtr ignored{weft_externref_get(store_.get(), val.of.ref, &pointer)};
          out.number = number_of(pointer);
        }
        return out;
    }
    return out;
  }

  std::shared_ptr<weft_engine_t> engine_;  // of all peers
  bool deferred_ = false;                  // validates at the first call
  StorePtr store_;
  std::vector<ModulePtr> modules_;
  std::vector<Exports> instances_;
  std::unordered_map<std::string, std::vector<Exports>> registered_;
};

}  // namespace

std::unique_ptr<ScriptHost> make_engine_host(wasm::FeatureSet features,
                                             const EngineSettings& settings) {
  return EngineHost::make(features, settings);
}

}  // namespace weft::wast
