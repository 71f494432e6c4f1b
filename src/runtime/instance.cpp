#include "runtime/instance.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/check.hpp"
#include "base/leb128.hpp"
#include "runtime/engine_state.hpp"
#include "runtime/store.hpp"

namespace weft::runtime {

static_assert(sizeof(Instance) % 16 == 0);  // the VMContext behind it is 16-byte aligned

Instance::Instance(Store& store, std::shared_ptr<const ModuleInfo> info, uint32_t slot)
    : info_(std::move(info)), store_(&store), slot_(slot) {
  code_ = &info_->checked;
}

Result<Instance::Ptr> Instance::allocate(Store& store, std::shared_ptr<const ModuleInfo> info,
                                         std::span<const Extern> imports, uint32_t slot) {
  const InstanceLayout& layout = info->layout;
  WEFT_ASSIGN(const InstanceBlock block,
              store.engine().allocator().take_block(sizeof(Instance) + layout.size, info->id));
  auto* const instance = new (block.data) Instance(store, std::move(info), slot);
  instance->block_ = block;
  Ptr owned(instance);

  VMContext& ctx = instance->vmctx();
  ctx.magic = kVMContextMagic;
  ctx.store = &store.context();
  ctx.memories = instance->at<VMMemory*>(layout.memories);
  ctx.tables = instance->at<VMTable*>(layout.tables);
  ctx.globals = instance->at<VMGlobal*>(layout.globals);
  ctx.funcs = instance->at<VMFuncRef*>(layout.funcs);
  ctx.type_ids = instance->info_->type_ids.data();
  ctx.instance = instance;
  instance->construct_definitions();
  instance->enter_imports(imports);
  instance->make_room_for_segments();
  ctx.memory0 = instance->module().memories.empty() ? &store.no_memory_ : ctx.memories[0];
  return owned;
}

void Instance::enter_imports(std::span<const Extern> imports) {
  const binary::Module& m = module();
  WEFT_CHECK(imports.size() == m.imports.size());
  VMContext& ctx = vmctx();
  for (size_t i = 0; i < imports.size(); ++i) {
    const Extern& e = imports[i];
    const uint32_t index = m.imports[i].index;
    WEFT_CHECK(e.kind == m.imports[i].kind);
    switch (e.kind) {
      case ExternKind::func: ctx.funcs[index] = e.func; break;
      case ExternKind::table: ctx.tables[index] = e.table; break;
      case ExternKind::memory: ctx.memories[index] = e.memory; break;
      case ExternKind::global: ctx.globals[index] = e.global; break;
      case ExternKind::tag: at<Tag*>(info_->layout.tags)[index] = e.tag; break;
    }
    if (Instance* const owner = store_->owner_of(e); owner != nullptr) {
      owner->share();
      owner->expose();
    }
  }
}

void Instance::construct_definitions() {
  const binary::Module& m = module();
  const InstanceLayout& layout = info_->layout;
  VMContext& ctx = vmctx();
  for (size_t i = m.imported_globals; i < m.globals.size(); ++i) {
    GlobalType type = m.globals[i].type;
    type.type = info_->canonical(type.type);
    ctx.globals[i] = new (at<Global>(layout.global_defs) + (i - m.imported_globals))
        Global(type, {slot_, static_cast<uint32_t>(i)});
  }
  for (size_t i = m.imported_memories; i < m.memories.size(); ++i) {
    ctx.memories[i] = new (at<Memory>(layout.memory_defs) + (i - m.imported_memories))
        Memory(*store_, m.memories[i], {slot_, static_cast<uint32_t>(i)});
  }
  for (size_t i = m.imported_tables; i < m.tables.size(); ++i) {
    TableType type = m.tables[i].type;
    type.element = info_->canonical(type.element);
    ctx.tables[i] = new (at<Table>(layout.table_defs) + (i - m.imported_tables))
        Table(*store_, type, {slot_, static_cast<uint32_t>(i)});
  }
  for (size_t i = m.imported_tags; i < m.tags.size(); ++i) {
    const TypeId type = info_->type_ids[m.tags[i].type.value];
    at<Tag*>(layout.tags)[i] = new (at<Tag>(layout.tag_defs) + (i - m.imported_tags))
        Tag{type, {slot_, static_cast<uint32_t>(i)}};
  }
}

/// What data.drop and elem.drop write: they cannot fail, so it is there before they run.
void Instance::make_room_for_segments() {
  const binary::Module& m = module();
  if (info_->has_passive_datas) data_dropped_.resize(m.datas.size());
  if (info_->has_passive_elems) elems_.resize(m.elems.size());
}

Instance::~Instance() {
  if (finalize_host_data != nullptr) finalize_host_data(host_data);
  const binary::Module& m = module();
  const InstanceLayout& layout = info_->layout;
  for (size_t i = m.imported_memories; i < m.memories.size(); ++i) {
    Memory& memory = at<Memory>(layout.memory_defs)[i - m.imported_memories];
    if (is_exposed_) memory.expose();
    memory.~Memory();
  }
  for (size_t i = m.imported_tables; i < m.tables.size(); ++i) {
    Table& table = at<Table>(layout.table_defs)[i - m.imported_tables];
    if (!table.is_lazy()) is_exposed_ = true;  // filled while it was made
    table.~Table();
  }
  // The next instance of this module finds null cells, and its function references as they are.
  if (is_exposed_ && layout.inline_cells != 0)
    std::memset(at<Cell>(layout.table_cells), 0, layout.inline_cells * sizeof(Cell));
}

InstanceBlock Instance::block_with_id() const {
  InstanceBlock out = block_;
  out.module = info_->id;
  out.code = code_->env;
  return out;
}

void Instance::Deleter::operator()(Instance* instance) const {
  const InstanceBlock block = instance->block_with_id();
  Allocator& allocator = instance->store().engine().allocator();
  instance->~Instance();
  allocator.give_block(block);
}

Cell* Instance::inline_cells(TableIdx i) {
  const binary::Module& m = module();
  if (info_->layout.inline_cells == 0 || i.value < m.imported_tables) return nullptr;
  Cell* cells = at<Cell>(info_->layout.table_cells);
  for (uint32_t before = m.imported_tables; before < i.value; ++before)
    cells += m.tables[before].type.limits.min;
  return cells;
}

void Instance::select_code() {
  bool all_guarded = true;
  for (size_t i = 0; i < module().memories.size(); ++i) {
    const Memory& m = memory(MemoryIdx(i));
    if (can_be_guarded(m.type()) && !m.guarded()) all_guarded = false;
  }
  code_ = all_guarded ? &info_->guarded : &info_->checked;
  // The checked form of the code may be made now; later there would be guest frames above.
  if (module().defined_funcs() != 0) code_->code(code_->env, FuncIdx(module().imported_funcs));
}

VMFuncRef* Instance::build_func_ref(FuncIdx f) {
  is_exposed_ = true;
  const binary::Module& m = module();
  VMFuncRef* ref = at<VMFuncRef>(info_->layout.func_defs) + (f.value - m.imported_funcs);
  ref->array_call = code_->array_call;
  ref->wasm_call = nullptr;
  ref->code = code_->code(code_->env, f);
  ref->vmctx = &vmctx();
  ref->host = nullptr;
  ref->type = info_->func_type(f);
  ref->index = f.value;
  vmctx().funcs[f.value] = ref;
  return ref;
}

Extern Instance::export_at(const binary::Export& e) {
  is_exposed_ = true;
  Extern out;
  out.kind = e.kind;
  switch (e.kind) {
    case ExternKind::func: out.func = func_ref(FuncIdx(e.index)); break;
    case ExternKind::table: out.table = &table(TableIdx(e.index)); break;
    case ExternKind::memory: out.memory = &memory(MemoryIdx(e.index)); break;
    case ExternKind::global: out.global = &global(GlobalIdx(e.index)); break;
    case ExternKind::tag: out.tag = &tag(TagIdx(e.index)); break;
  }
  return out;
}

bool Instance::find_export(std::string_view name, Extern& out) {
  const binary::Export* const found = info_->find_export(name);
  if (found == nullptr) return false;
  out = export_at(*found);
  return true;
}

void Instance::drop_data(uint32_t segment) {
  if (!data_dropped_.empty()) data_dropped_[segment] = true;  // else none is passive
}

std::span<const std::byte> Instance::data(uint32_t segment) const {
  const binary::DataSegment& s = module().datas[segment];
  if (s.mode != binary::SegmentMode::passive) return {};
  if (!data_dropped_.empty() && data_dropped_[segment]) return {};
  return module().range(s.bytes);
}

void Instance::drop_elem(uint32_t segment) {
  if (elems_.empty()) return;  // none is passive: all were dropped when they were applied
  elems_[segment].dropped = true;
  elems_[segment].values = {};
}

std::span<const Cell> Instance::elem(uint32_t segment) {
  const binary::ElemSegment& s = module().elems[segment];
  if (s.mode != binary::SegmentMode::passive) return {};
  ElemState& state = elems_[segment];
  if (!state.dropped && !state.built && !s.is_exprs)
    set_elem_values(segment, func_elem_values(segment));
  return state.values;
}

void Instance::set_elem_values(uint32_t segment, std::vector<Cell> values) {
  elems_[segment].values = std::move(values);
  elems_[segment].built = true;
}

std::vector<Cell> Instance::func_elem_values(uint32_t segment) {
  const binary::ElemSegment& s = module().elems[segment];
  std::vector<Cell> out;
  out.reserve(s.count);
  // SAFETY: the decoder has read these `count` indices before.
  const auto* p = reinterpret_cast<const uint8_t*>(module().range(s.items).data());
  for (uint32_t i = 0; i < s.count; ++i) {
    out.push_back(Cell::of(func_ref(FuncIdx(read_leb_trusted<uint32_t>(p)))));
  }
  return out;
}

}  // namespace weft::runtime
