#include "runtime/store.hpp"

#include <algorithm>
#include <limits>

#include "base/bits.hpp"
#include "runtime/fault_handler.hpp"

namespace weft::runtime {

namespace {
constexpr uint64_t kNever = ~uint64_t{0};
}

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

Store::~Store() = default;

Result<Instance*> Store::add_instance(std::shared_ptr<const ModuleInfo> info,
                                      std::span<const Extern> imports) {
  if (instances_.size() >= limits.instances) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: the store allows " +
                                               std::to_string(limits.instances) + " instances");
  }
  const binary::Module& m = *info->module;
  WEFT_TRY(reserve_counts(static_cast<uint32_t>(m.memories.size()) - m.imported_memories,
                          static_cast<uint32_t>(m.tables.size()) - m.imported_tables));
  Instance::Ptr instance = Instance::allocate(*this, std::move(info), imports);
  if (instance == nullptr)
    return fail(ErrorCode::out_of_memory, "out of memory: cannot allocate an instance");
  instances_.push_back(std::move(instance));
  return instances_.back().get();
}

void Store::remove_newest_instance() {
  const binary::Module& m = instances_.back()->module();
  memory_count_ -= static_cast<uint32_t>(m.memories.size()) - m.imported_memories;
  table_count_ -= static_cast<uint32_t>(m.tables.size()) - m.imported_tables;
  instances_.pop_back();
}

Result<> Store::reserve_counts(uint32_t memories, uint32_t tables) {
  if (memories > limits.memories - std::min(limits.memories, memory_count_)) {
    return fail(ErrorCode::limit_exceeded, "limit exceeded: the store allows " +
                                               std::to_string(limits.memories) + " memories");
  }
  if (tables > limits.tables - std::min(limits.tables, table_count_)) {
    return fail(ErrorCode::limit_exceeded,
                "limit exceeded: the store allows " + std::to_string(limits.tables) + " tables");
  }
  memory_count_ += memories;
  table_count_ += tables;
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
  host_funcs_.push_back(std::move(func));
  return *host_funcs_.back();
}

Result<Memory*> Store::add_memory(const MemoryType& type) {
  WEFT_TRY(reserve_counts(1, 0));
  auto memory = std::make_unique<Memory>(*this, type);
  WEFT_TRY(memory->create(nullptr));
  memories_.push_back(std::move(memory));
  return memories_.back().get();
}

Result<Memory*> Store::add_shared_memory(std::shared_ptr<SharedMemory> shared) {
  WEFT_TRY(reserve_counts(1, 0));
  auto memory = std::make_unique<Memory>(*this, shared->type());
  WEFT_TRY(memory->attach(std::move(shared)));
  memories_.push_back(std::move(memory));
  return memories_.back().get();
}

Result<Table*> Store::add_table(const TableType& type, Cell init) {
  WEFT_TRY(reserve_counts(0, 1));
  auto table = std::make_unique<Table>(*this, type);
  WEFT_TRY(table->create(init));
  tables_.push_back(std::move(table));
  return tables_.back().get();
}

Global* Store::add_global(const GlobalType& type, std::span<const Cell> value) {
  auto global = std::make_unique<Global>(*this, type);
  std::copy_n(value.begin(), std::min<size_t>(value.size(), type.type.cells()), global->value);
  globals_.push_back(std::move(global));
  return globals_.back().get();
}

Tag* Store::add_tag(TypeId type) {
  tags_.push_back(std::make_unique<Tag>(Tag{type, this}));
  return tags_.back().get();
}

Memory* Store::memory_at(uintptr_t address) {
  for (Memory* m : all_memories_) {
    if (m->reservation_contains(address)) return m;
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

void Store::set_epoch_deadline(uint64_t ticks_beyond_current) {
  const uint64_t now = engine_->epoch().load(std::memory_order_relaxed);
  ctx_.epoch_deadline = saturating_add(now, ticks_beyond_current);
}

TrapCode Store::run_hook(CallHook hook) {
  if (in_hook_) return TrapCode::none;  // calls made by a hook have no hooks of their own
  in_hook_ = true;
  const TrapCode code = call_hook(*this, hook);
  in_hook_ = false;
  return code;
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
