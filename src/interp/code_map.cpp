// Translation on demand and the registry of translated code by address.
#include "interp/code_map.hpp"

#include <map>
#include <variant>

#include "base/scope_exit.hpp"
#include "interp/emitter.hpp"
#include "interp/translate.hpp"
#include "runtime/out_of_memory.hpp"
#include "runtime/store.hpp"
#include "validate/function_walker.hpp"

namespace weft::interp {

using validate::FunctionWalker;
using validate::ModuleContext;
using validate::WalkMode;

/// Walker and emitter of one module; their buffers are kept between functions.
class Translator {
 public:
  explicit Translator(ModuleCode& code)
      : context_(code.options().validate ? ModuleContext(code.module(), code.options().features)
                                         : ModuleContext::trusted(code.module())),
        emitter_(code) {
    if (code.options().validate) {
      context_.declare_funcs();
      validating_.emplace(context_, emitter_);
    } else {
      trusted_.emplace(context_, emitter_);
    }
  }

  Result<> translate(FuncCode& code) {
    WEFT_TRY(walk(FuncIdx(code.index)));
    emitter_.finish(code);
    return {};
  }

  FrameMap map(const FuncCode& code, uint32_t offset) {
    FrameMapper first(offset);
    FrameMapper again(offset);  // of the second walk, if that is the one that counts
    emitter_.set_mapper(&first);
    bool ok = walk_once(FuncIdx(code.index)).has_value();
    const bool twice = ok && emitter_.needs_slots();
    if (twice) {
      emitter_.set_mapper(&again);
      ok = walk_once(FuncIdx(code.index)).has_value();
      emitter_.needs_slots();
    }
    if (ok) emitter_.finish_map();
    emitter_.set_mapper(nullptr);
    return ok ? std::move((twice ? again : first).map) : FrameMap{};
  }

  FuelMap fuel_map(const FuncCode& code) {
    std::vector<FuelMark> marks;
    emitter_.set_fuel_marks(&marks);
    const bool ok = walk(FuncIdx(code.index)).has_value();
    emitter_.set_fuel_marks(nullptr);
    return ok ? emitter_.fuel_map(marks) : FuelMap{};
  }

 private:
  Result<> walk_once(FuncIdx func) {
    return trusted_ ? trusted_->walk(func) : validating_->walk(func);
  }
  Result<> walk(FuncIdx func) {
    WEFT_TRY(walk_once(func));
    if (!emitter_.needs_slots()) return {};
    emitter_.forget_fuel_marks();
    auto walked = walk_once(func);
    emitter_.needs_slots();
    return walked;
  }

  ModuleContext context_;
  InterpEmitter emitter_;
  std::optional<FunctionWalker<InterpEmitter, WalkMode::trusted>> trusted_;
  std::optional<FunctionWalker<InterpEmitter, WalkMode::validate>> validating_;
};

namespace {

/// Start address -> function, of all translated code in the process.
struct Registry {
  std::mutex mutex;
  std::map<uintptr_t, const FuncCode*> by_start;
  std::atomic<uint32_t> largest_frame{0};  // written under the mutex
};
/// Never destroyed: an embedder's static modules go after it.
Registry& registry() {
  static auto* const instance = new Registry;
  return *instance;
}
uintptr_t start_of(const FuncCode& code) { return reinterpret_cast<uintptr_t>(code.words.get()); }

}  // namespace

ModuleCode::ModuleCode(std::shared_ptr<const binary::Module> module, const Options& options)
    : module_(std::move(module)),
      options_(options),
      functions_(new FuncCode[module_->defined_funcs()]) {
  if (options_.memory_check) allocator_ = find_allocator(*module_);
  const uint32_t imported = module_->imported_funcs;
  for (uint32_t i = 0; i < module_->defined_funcs(); ++i) {
    FuncCode& code = functions_[i];
    code.index = imported + i;
    code.module = this;
    for (ValType t : module_->params(FuncIdx(code.index))) code.param_cells += t.cells();
    for (ValType t : module_->results(FuncIdx(code.index))) code.result_cells += t.cells();
    const uint32_t header_end = code.param_cells + kHeaderCells;
    // SAFETY: relaxed; no other thread sees the object yet.
    code.frame_bytes.store((header_end > code.result_cells ? header_end : code.result_cells) * 8,
                           std::memory_order_relaxed);
    code.entry.store(translate_entry(), std::memory_order_relaxed);
  }
}

AllocatorFunc ModuleCode::allocator_func(FuncIdx f) const {
  for (const AllocatorRow& row : allocator_) {
    if (row.index == f.value) return row.func;
  }
  return AllocatorFunc::none;
}

ModuleCode::~ModuleCode() {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  for (FuncCode& code : functions()) {
    if (code.words != nullptr) r.by_start.erase(start_of(code));
  }
}

Result<const std::byte*> ModuleCode::translate(FuncCode& code) {
  const std::lock_guard lock(mutex_);
  if (code.words == nullptr) {
    if (translator_ == nullptr) translator_ = std::make_unique<Translator>(*this);
    ScopeExit undo([&] {  // memory ran out: as if it had not begun
      translator_ = nullptr;
      code.words = nullptr;
    });
    if (auto done = translator_->translate(code); !done) {
      undo.release();
      return std::unexpected(std::move(done.error()));
    }
    Registry& r = registry();
    {
      const std::lock_guard registry_lock(r.mutex);
      r.by_start.emplace(start_of(code), &code);
      // SAFETY: relaxed: who runs the function has seen its `entry`, which is published below.
      const uint32_t bytes = code.frame_bytes.load(std::memory_order_relaxed);
      if (bytes > r.largest_frame.load(std::memory_order_relaxed))
        r.largest_frame.store(bytes, std::memory_order_relaxed);
    }
    undo.release();
    // SAFETY: release: whoever enters through `entry` sees the words and frame_bytes written
    // before.
    code.entry.store(reinterpret_cast<const std::byte*>(code.words.get() + code.start_word),
                     std::memory_order_release);
  }
  return code.entry.load(std::memory_order_relaxed);
}

FrameMap ModuleCode::map_frame(const FuncCode& code, uint32_t offset) {
  const std::lock_guard lock(mutex_);
  if (translator_ == nullptr) translator_ = std::make_unique<Translator>(*this);
  ScopeExit undo([&] { translator_ = nullptr; });  // memory ran out in the middle of a walk
  FrameMap map = translator_->map(code, offset);
  undo.release();
  return map;
}

const FuelMap* ModuleCode::fuel_map(const FuncCode& code) {
  const std::lock_guard lock(mutex_);
  if (!options_.fuel || translator_ == nullptr) return nullptr;
  const auto found = fuel_maps_.find(&code);
  if (found != fuel_maps_.end()) return &found->second;
  // SAFETY of the address: maps are never taken out, and an unordered_map does not move them.
  try {
    return &fuel_maps_.emplace(&code, translator_->fuel_map(code)).first->second;
  } catch (const std::bad_alloc&) {
    translator_ = nullptr;  // it stopped in the middle of a walk
    return nullptr;         // nothing is given back then
  }
}

Result<> ModuleCode::translate_all() {
  for (FuncCode& code : functions()) WEFT_TRY(translate(code));
  return {};
}

uint32_t largest_frame() { return registry().largest_frame.load(std::memory_order_relaxed); }

const FuncCode* find_function(const std::byte* ip) {
  const auto address = reinterpret_cast<uintptr_t>(ip);
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  auto after = r.by_start.upper_bound(address);
  if (after == r.by_start.begin()) return nullptr;
  const FuncCode* code = std::prev(after)->second;
  return address < start_of(*code) + size_t{code->word_count} * 8 ? code : nullptr;
}

const std::byte* translate_function(FuncCode& code, VMContext* cx) {
  Store& store = *cx->store->store;
  const std::byte* out = nullptr;
  // Guest frames are above: nothing may be thrown.
  guard_memory(store, [&] {
    auto entry = code.module->translate(code);
    if (entry) {
      out = *entry;
      return TrapCode::none;
    }
    PendingTrap& pending = store.pending();
    pending.host.kind = HostOutcome::Kind::error;
    pending.host.code = entry.error().code;
    pending.host.message = std::move(entry.error().message);
    cx->store->trap.code = TrapCode::host_error;
    return TrapCode::host_error;
  });
  return out;
}

}  // namespace weft::interp
