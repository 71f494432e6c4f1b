#include "engine/instantiate.hpp"

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "base/scope_exit.hpp"
#include "engine/call.hpp"
#include "engine/const_eval.hpp"

namespace weft::engine {

using namespace wasm;  // NOLINT: the spec's vocabulary
using runtime::Cell;

std::string InstantiateResult::message() const {
  if (error_) return error_->message;
  if (trap_) return trap_->message;
  return {};
}

namespace {

/// Spec 4.5.4 in its order, from the allocated instance on. Steps before the first active segment
/// fail as errors and leave no trace; later ones trap and what was written stays.
class Instantiation {
 public:
  Instantiation(runtime::Store& store, runtime::Instance& instance)
      : store_(store), instance_(instance), module_(instance.module()) {}

  Result<> initialize() {
    WEFT_TRY(create_memories());
    instance_.select_code();
    WEFT_TRY(evaluate_globals());
    WEFT_TRY(create_tables());
    return evaluate_elems();
  }

  /// The trap is TrapCode::none if all segments were applied.
  Result<TrapCode> apply_segments() {
    WEFT_ASSIGN(const TrapCode elems, apply_elems());
    if (elems != TrapCode::none) {
      // The data segments' turn has not come: memory must look as if it had not been initialised.
      if (image_used_) WEFT_TRY(instance_.memory(MemoryIdx(0u)).discard_image());
      return elems;
    }
    return apply_datas();
  }

 private:
  Result<> create_memories() {
    for (uint32_t i = module_.imported_memories; i < module_.memories.size(); ++i) {
      const bool with_image = i == 0 && instance_.info().image.has_value();
      WEFT_TRY(
          instance_.memory(MemoryIdx(i)).create(with_image ? &*instance_.info().image : nullptr));
      image_used_ |= with_image;
    }
    return {};
  }

  Result<> evaluate_globals() {
    for (uint32_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
      WEFT_ASSIGN(const ConstValue value, evaluate_const(instance_, module_.globals[i].init));
      runtime::Global& global = instance_.global(GlobalIdx(i));
      global.value[0] = value.cell[0];
      global.value[1] = value.cell[1];
    }
    return {};
  }

  Result<> create_tables() {
    for (uint32_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
      Cell init{};
      if (module_.tables[i].init) {
        WEFT_ASSIGN(const ConstValue value, evaluate_const(instance_, *module_.tables[i].init));
        init = value.cell[0];
      }
      runtime::Table& table = instance_.table(TableIdx(i));
      WEFT_TRY(table.create(init, instance_.inline_cells(TableIdx(i))));
    }
    return {};
  }

  /// The values of active segments, and of passive ones of expressions; passive ones of function
  /// indices are made when they are used.
  Result<> evaluate_elems() {
    const runtime::ModuleInfo& info = instance_.info();
    const bool are_static = !info.table_images.empty();  // the active ones: nothing to make
    if (are_static && !info.has_passive_elems) return {};
    for (uint32_t i = 0; i < module_.elems.size(); ++i) {
      const binary::ElemSegment& s = module_.elems[i];
      if (s.mode == binary::SegmentMode::declarative) continue;
      if (!s.is_exprs) {
        // Made now: once the first segment is applied nothing may fail for want of memory.
        if (s.mode == binary::SegmentMode::active && !are_static)
          active_values_.push_back(instance_.func_elem_values(i));
        continue;
      }
      WEFT_ASSIGN(std::vector<Cell> values, evaluate_items(s));
      if (s.mode == binary::SegmentMode::active) {
        active_values_.push_back(std::move(values));
      } else {
        instance_.set_elem_values(i, std::move(values));
      }
    }
    return {};
  }

  Result<std::vector<Cell>> evaluate_items(const binary::ElemSegment& s) {
    std::vector<Cell> out;
    out.reserve(s.count);
    binary::ByteRange rest = s.items;
    for (uint32_t i = 0; i < s.count; ++i) {
      WEFT_ASSIGN(const ConstValue value, evaluate_next_const(instance_, rest));
      out.push_back(value.cell[0]);
    }
    return out;
  }

  Result<TrapCode> apply_elems() {
    if (const auto& images = instance_.info().table_images; !images.empty()) {
      for (uint32_t i = 0; i < images.size(); ++i) {
        if (images[i].funcs.empty()) continue;
        instance_.table(TableIdx(module_.imported_tables + i)).fill_lazily(instance_, images[i]);
      }
      return TrapCode::none;
    }
    size_t next_values = 0;
    for (uint32_t i = 0; i < module_.elems.size(); ++i) {
      const binary::ElemSegment& s = module_.elems[i];
      if (s.mode != binary::SegmentMode::active) continue;
      const std::vector<Cell>& values = active_values_[next_values++];
      WEFT_ASSIGN(const ConstValue offset, evaluate_const(instance_, s.offset));
      runtime::Table& table = instance_.table(s.table);
      if (!in_bounds<uint64_t>(offset.cell[0].bits, values.size(), table.length))
        return TrapCode::table_out_of_bounds;
      table.settle();
      instance_.expose();
      std::ranges::copy(values, table.base + offset.cell[0].bits);
    }
    return TrapCode::none;
  }

  Result<TrapCode> apply_datas() {
    if (image_used_) return TrapCode::none;  // made of all active segments
    for (const binary::DataSegment& s : module_.datas) {
      if (s.mode != binary::SegmentMode::active) continue;
      WEFT_ASSIGN(const ConstValue offset, evaluate_const(instance_, s.offset));
      runtime::Memory& memory = instance_.memory(s.memory);
      const uint64_t at = offset.cell[0].bits;
      if (!in_bounds<uint64_t>(at, s.bytes.size, memory.length)) {
        store_.pending().record = {TrapCode::memory_out_of_bounds, at, memory.length};
        return TrapCode::memory_out_of_bounds;
      }
      if (s.bytes.size == 0) continue;
      memory.note_written(at, s.bytes.size);
      std::memcpy(memory.base + at, module_.range(s.bytes).data(), s.bytes.size);
    }
    return TrapCode::none;
  }

  runtime::Store& store_;
  runtime::Instance& instance_;
  const binary::Module& module_;
  std::vector<std::vector<Cell>> active_values_;  // of active segments, in order
  bool image_used_ = false;
};

}  // namespace

InstantiateResult instantiate(runtime::Store& store, const CompiledModule& module,
                              std::span<const Extern> imports) {
  if (&store.engine() != module.engine().state().get()) {
    return Error(ErrorCode::wrong_store, "wrong store: the module was compiled for another engine");
  }
  const auto& wanted = module.module().imports;
  if (imports.size() != wanted.size()) {
    return Error(ErrorCode::bad_argument, "bad argument: the module has " +
                                              std::to_string(wanted.size()) + " imports, " +
                                              std::to_string(imports.size()) + " were given");
  }
  std::vector<runtime::Extern> items;
  items.reserve(imports.size());
  for (size_t i = 0; i < imports.size(); ++i) {
    if (auto fits = check_import(store, module.info(), wanted[i], imports[i]); !fits)
      return std::move(fits.error());
    items.push_back(imports[i].item);
  }
  return instantiate_checked(store, module, items);
}

InstantiateResult instantiate_checked(runtime::Store& store, const CompiledModule& module,
                                      std::span<const runtime::Extern> imports) {
  if (&store.engine() != module.engine().state().get()) {
    return Error(ErrorCode::wrong_store, "wrong store: the module was compiled for another engine");
  }
  auto added = store.add_instance(module.shared_info(), imports);
  if (!added) return std::move(added.error());
  runtime::Instance& instance = **added;
  const runtime::RootScope scope(store.heap());  // of what constant expressions make
  Instantiation steps(store, instance);
  {
    ScopeExit undo([&] { store.remove_instance(instance); });  // also if memory runs out
    if (auto ready = steps.initialize(); !ready) return std::move(ready.error());
    undo.release();
  }
  auto trapped = steps.apply_segments();
  if (!trapped) return std::move(trapped.error());
  if (*trapped != TrapCode::none) return take_trap(store, *trapped);

  if (const auto start = module.module().start) {
    Cell none{};
    CallResult result = call_unchecked(store, instance.func_ref(*start), &none, 1);
    if (!result) return std::move(*result.take());
  }
  return Instance{&instance, store.id()};
}

}  // namespace weft::engine
