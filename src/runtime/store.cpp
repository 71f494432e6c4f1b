#include "runtime/store.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/bits.hpp"
#include "base/scope_exit.hpp"
#include "base/wrapping.hpp"
#include "runtime/fault_handler.hpp"
#include "runtime/out_of_memory.hpp"

namespace weft::runtime {

namespace {
constexpr uint64_t kNever = ~uint64_t{0};

/// Of the next thing that the host makes in a store.
template <class T>
ItemId next_id(const std::vector<T>& made) {
  return {ItemTable::kStoreSlot, static_cast<uint32_t>(made.size())};
}
}  // namespace

Store::Store(std::shared_ptr<EngineState> engine)
    : ctx_{},
      engine_(std::move(engine)),
      id_(engine_->next_store_id()),
      default_caller_{},
      heap_(ctx_.heap, &gc_roots_, {.zeal = engine_->options().gc_zeal}) {
  stack_budget_ = engine_->options().max_native_stack;
  ctx_.stack_limit = kNever;
  ctx_.epoch_deadline = kNever;
  ctx_.epoch = &engine_->epoch();
  ctx_.store = this;
  default_caller_.magic = kVMContextMagic;
  default_caller_.store = &ctx_;
  default_caller_.memory0 = &no_memory_;
}

Store::~Store() {
  close();
  if (interrupt_ != nullptr) interrupt_->store_is_gone();
  items_.for_each([](Instance& instance) { Instance::Deleter()(&instance); });
}

Result<Instance*> Store::add_instance(std::shared_ptr<const ModuleInfo> info,
                                      std::span<const Extern> imports) {
  if (instance_count_ >= limits.instances) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: the store allows " +
                                               std::to_string(limits.instances) + " instances");
  }
  const binary::Module& m = *info->module;
  const uint32_t memories = static_cast<uint32_t>(m.memories.size()) - m.imported_memories;
  const uint32_t tables = static_cast<uint32_t>(m.tables.size()) - m.imported_tables;
  WEFT_TRY(check_counts(memories, tables));
  if (limiter != nullptr &&
      limiter->instance_creating(instance_count_, uint64_t{instance_count_} + 1) !=
          GrowthAnswer::allow) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: the limiter refused an instance");
  }
  const uint32_t slot = items_.take_slot();
  if (slot == 0) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: a store has room for " +
                                               std::to_string(ItemTable::kMaxSlots - 1) +
                                               " instances");
  }
  ScopeExit undo([&] { items_.clear(slot); });
  WEFT_ASSIGN(Instance::Ptr instance, Instance::allocate(*this, std::move(info), imports, slot));
  undo.release();
  memory_count_ += memories;
  table_count_ += tables;
  items_.fill(slot, instance.get(), instance->vmctx().funcs, static_cast<uint32_t>(m.funcs.size()));
  ++instance_count_;
  return instance.release();
}

void Store::remove_instance(Instance& instance) {
  const binary::Module& m = instance.module();
  memory_count_ -= static_cast<uint32_t>(m.memories.size()) - m.imported_memories;
  table_count_ -= static_cast<uint32_t>(m.tables.size()) - m.imported_tables;
  --instance_count_;
  items_.clear(instance.slot());
  Instance::Deleter()(&instance);
}

uint64_t Store::handle_of(const VMFuncRef& func) const {
  const uint32_t owner = func.host != nullptr ? 0 : Instance::from(func.vmctx).slot();
  return items_.handle({owner, func.index});
}

uint64_t Store::handle_of(const Extern& item) const {
  switch (item.kind) {
    case ExternKind::func: return handle_of(*item.func);
    case ExternKind::table: return handle_of(item.table->id());
    case ExternKind::memory: return handle_of(item.memory->id());
    case ExternKind::global: return handle_of(item.global->id());
    case ExternKind::tag: return handle_of(item.tag->id);
  }
  return 0;
}

Instance* Store::owner_of(const Extern& item) const {
  ItemId id;
  switch (item.kind) {
    case ExternKind::func:
      return item.func->host != nullptr ? nullptr : &Instance::from(item.func->vmctx);
    case ExternKind::table: id = item.table->id(); break;
    case ExternKind::memory: id = item.memory->id(); break;
    case ExternKind::global: id = item.global->id(); break;
    case ExternKind::tag: id = item.tag->id; break;
  }
  return items_.owner(id);
}

Instance* Store::find_instance(uint64_t handle) const {
  Instance* owner = nullptr;
  return items_.find(handle, owner) ? owner : nullptr;
}

Extern Store::find(ExternKind kind, uint64_t handle) const {
  Extern out;
  out.kind = kind;
  if (kind == ExternKind::func) {
    out.func = find_func(handle);
    return out;
  }
  Instance* owner = nullptr;
  if (!items_.find(handle, owner)) return out;
  const uint32_t i = ItemTable::item_of(handle);
  const binary::Module* const m = owner != nullptr ? &owner->module() : nullptr;
  switch (kind) {
    case ExternKind::table:
      if (i < (m != nullptr ? m->tables.size() : tables_.size()))
        out.table = m != nullptr ? &owner->table(TableIdx(i)) : tables_[i].get();
      break;
    case ExternKind::memory:
      if (i < (m != nullptr ? m->memories.size() : memories_.size()))
        out.memory = m != nullptr ? &owner->memory(MemoryIdx(i)) : memories_[i].get();
      break;
    case ExternKind::global:
      if (i < (m != nullptr ? m->globals.size() : globals_.size()))
        out.global = m != nullptr ? &owner->global(GlobalIdx(i)) : globals_[i].get();
      break;
    case ExternKind::tag:
      if (i < (m != nullptr ? m->tags.size() : tags_.size()))
        out.tag = m != nullptr ? &owner->tag(TagIdx(i)) : tags_[i].get();
      break;
    case ExternKind::func: break;
  }
  return out;
}

void Store::note_range(Memory& memory, uintptr_t start, size_t bytes) {
  const Range range{start, bytes, &memory};
  if (memory.place_ < ranges_.size()) {
    ranges_[memory.place_] = range;
    return;
  }
  ranges_.push_back(range);
  memory.place_ = static_cast<uint32_t>(ranges_.size() - 1);
}

void Store::forget_range(Memory& memory) {
  if (memory.place_ >= ranges_.size()) return;
  ranges_[memory.place_] = ranges_.back();
  ranges_[memory.place_].memory->place_ = memory.place_;
  ranges_.pop_back();
  memory.place_ = ~0u;
}

Result<> Store::check_counts(uint32_t memories, uint32_t tables) {
  if (memories > limits.memories - std::min(limits.memories, memory_count_)) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: the store allows " +
                                               std::to_string(limits.memories) + " memories");
  }
  if (tables > limits.tables - std::min(limits.tables, table_count_)) {
    return fail(ErrorCode::limit_exceeded,
                "limit exceeded: the store allows " + std::to_string(limits.tables) + " tables");
  }
  return {};
}

HostFunc& Store::add_host_func(TypeId type, HostCallback callback) {
  auto func = std::make_unique<HostFunc>();
  func->callback = callback;
  func->ref.array_call = host_array_call;
  func->ref.vmctx = &default_caller_;
  func->ref.host = func.get();
  func->ref.type = type;
  func->ref.index = static_cast<uint32_t>(host_funcs_.size());
  host_refs_.push_back(&func->ref);
  ScopeExit undo([&] { host_refs_.pop_back(); });
  host_funcs_.push_back(std::move(func));
  undo.release();
  items_.set_store_funcs(host_refs_.data(), static_cast<uint32_t>(host_refs_.size()));
  return *host_funcs_.back();
}

Result<Memory*> Store::add_memory(const MemoryType& type) {
  WEFT_TRY(check_counts(1, 0));
  auto memory = std::make_unique<Memory>(*this, type, next_id(memories_));
  WEFT_TRY(memory->create(nullptr));
  memories_.push_back(std::move(memory));
  ++memory_count_;
  return memories_.back().get();
}

Result<Memory*> Store::add_shared_memory(std::shared_ptr<SharedMemory> shared) {
  WEFT_TRY(check_counts(1, 0));
  auto memory = std::make_unique<Memory>(*this, shared->type(), next_id(memories_));
  WEFT_TRY(memory->attach(std::move(shared)));
  memories_.push_back(std::move(memory));
  ++memory_count_;
  return memories_.back().get();
}

Result<Table*> Store::add_table(const TableType& type, Cell init) {
  WEFT_TRY(check_counts(0, 1));
  auto table = std::make_unique<Table>(*this, type, next_id(tables_));
  WEFT_TRY(table->create(init));
  tables_.push_back(std::move(table));
  ++table_count_;
  return tables_.back().get();
}

Global* Store::add_global(const GlobalType& type, std::span<const Cell> value) {
  auto global = std::make_unique<Global>(type, next_id(globals_));
  std::copy_n(value.begin(), std::min<size_t>(value.size(), type.type.cells()), global->value);
  globals_.push_back(std::move(global));
  return globals_.back().get();
}

Tag* Store::add_tag(TypeId type) {
  tags_.push_back(std::make_unique<Tag>(Tag{type, next_id(tags_)}));
  return tags_.back().get();
}

Memory* Store::memory_at(uintptr_t address) {
  for (const Range& r : ranges_) {
    if (wrapping_sub(address, r.start) < r.size) return r.memory;
  }
  return nullptr;
}

GrowthAnswer Store::may_grow_memory(uint64_t current, uint64_t desired,
                                    std::optional<uint64_t> maximum) {
  if (desired > limits.memory_bytes)
    return limits.trap_on_growth_failure ? GrowthAnswer::trap : GrowthAnswer::refuse;
  return limiter != nullptr ? limiter->memory_growing(current, desired, maximum)
                            : GrowthAnswer::allow;
}

GrowthAnswer Store::may_grow_table(uint64_t current, uint64_t desired,
                                   std::optional<uint64_t> maximum) {
  if (desired > limits.table_elements)
    return limits.trap_on_growth_failure ? GrowthAnswer::trap : GrowthAnswer::refuse;
  return limiter != nullptr ? limiter->table_growing(current, desired, maximum)
                            : GrowthAnswer::allow;
}

GrowthAnswer Store::may_grow_heap(uint64_t current, uint64_t desired) {
  if (desired > limits.heap_bytes)
    return limits.trap_on_growth_failure ? GrowthAnswer::trap : GrowthAnswer::refuse;
  return limiter != nullptr ? limiter->heap_growing(current, desired) : GrowthAnswer::allow;
}

void Store::set_fuel(uint64_t fuel) {
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  ctx_.fuel_consumed = -static_cast<int64_t>(std::min(fuel, kMax));
}

uint64_t Store::fuel() const {
  return ctx_.fuel_consumed < 0 ? static_cast<uint64_t>(-ctx_.fuel_consumed) : 0;
}

bool Store::consume_fuel(uint64_t amount) {
  const uint64_t left = fuel();
  if (amount > left) return false;
  set_fuel(left - amount);
  return true;
}

// SAFETY: the deadline is written by other threads when they interrupt (runtime/interrupt.hpp), so
// every access is atomic. Here: the deadline first, then the request is looked for, both in the
// total order, and there the other way round: whichever comes last leaves 0.
void Store::write_epoch_deadline(uint64_t epoch) {
  __atomic_store_n(&ctx_.epoch_deadline, epoch, __ATOMIC_SEQ_CST);
  if (interruption() != Interruption::none)
    __atomic_store_n(&ctx_.epoch_deadline, 0, __ATOMIC_SEQ_CST);
}

void Store::set_epoch_deadline(uint64_t ticks_beyond_current) {
  const uint64_t now = engine_->epoch().load(std::memory_order_relaxed);
  epoch_deadline_ = saturating_add(now, ticks_beyond_current);
  write_epoch_deadline(epoch_deadline_);
}

void Store::clear_epoch_deadline() {
  epoch_deadline_ = kNever;
  write_epoch_deadline(kNever);
}

bool Store::epoch_due() const {
  return engine_->epoch().load(std::memory_order_relaxed) >= epoch_deadline_;
}

const std::shared_ptr<InterruptState>& Store::interrupt_state() {
  if (interrupt_ == nullptr) interrupt_ = std::make_shared<InterruptState>(ctx_.epoch_deadline);
  return interrupt_;
}

Interruption Store::take_interruption() {
  if (interrupt_ == nullptr) return Interruption::none;
  const Interruption asked = interrupt_->take();
  if (asked != Interruption::none) write_epoch_deadline(epoch_deadline_);
  return asked;
}

namespace {

/// The embedder's code runs between a failure and its report: what it calls must not disturb it.
class Interlude {
 public:
  explicit Interlude(Store& store)
      : store_(store),
        scope_(store.heap()),
        pending_(store.take_pending()),
        trap_(store.context().trap),
        resume_(store.context().resume),
        in_flight_(store.heap().in_flight) {
    store.heap().root(in_flight_);
  }
  /// Puts back what was there.
  void restore() {
    store_.pending() = std::move(pending_);
    store_.context().trap = trap_;
    store_.context().resume = resume_;
    store_.heap().in_flight = in_flight_;
  }

 private:
  Store& store_;
  RootScope scope_;
  PendingTrap pending_;
  TrapRecord trap_;
  VMResume resume_;
  Ref in_flight_;
};

}  // namespace

void Store::set_call_hook(std::function<TrapCode(Store&, CallHook)> hook) {
  call_hook_ = std::move(hook);
  crossing = static_cast<uint8_t>((crossing & ~kHooksAtCrossing) |
                                  (call_hook_ ? kHooksAtCrossing : uint8_t{0}));
}

TrapCode Store::run_hook(CallHook hook) {
  // Calls made by a hook have no hooks of their own.
  if (in_hook_ || !call_hook_) return TrapCode::none;
  return guard_memory(*this, [&] {
    Interlude interlude(*this);
    in_hook_ = true;
    const ScopeExit over([&] { in_hook_ = false; });
    const TrapCode code = call_hook_(*this, hook);
    if (code == TrapCode::none) interlude.restore();
    return code;
  });
}

void Store::run_finalizers() {
  if ((crossing & kFinalizersAtCrossing) == 0) return;
  crossing = static_cast<uint8_t>(crossing & ~kFinalizersAtCrossing);
  Interlude interlude(*this);
  heap_.run_finalizers();
  interlude.restore();
}

void Store::close() {
  if ((crossing & kClosed) != 0) return;
  crossing |= kClosed;
  heap_.close();
  for (const auto& func : host_funcs_) {
    if (const auto finalize = std::exchange(func->finalize, nullptr)) finalize(func->env);
  }
}

PendingTrap Store::take_pending() {
  PendingTrap out = std::move(pending_);
  pending_ = {};
  return out;
}

std::vector<Cell> Store::take_cells() { return std::move(cells_); }

void Store::give_cells(std::vector<Cell> cells) {
  if (cells.capacity() > cells_.capacity()) cells_ = std::move(cells);
}

void Store::learn_thread(uintptr_t thread) {
  const platform::StackBounds bounds = platform::current_stack_bounds();
  // What hosts called by the guest, and the way out, may still use: 64 KiB, or a quarter of a small
  // stack.
  const uintptr_t reserve = std::min<uintptr_t>(64u << 10, (bounds.high - bounds.low) / 4);
  stack_low_ = bounds.low + reserve;
  stack_thread_ = thread;
  if (engine_->options().signals) ensure_signal_stack();
}

}  // namespace weft::runtime
