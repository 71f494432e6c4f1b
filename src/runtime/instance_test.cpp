#include "runtime/instance.hpp"

#include <gtest/gtest.h>

#include "runtime/builtins.hpp"
#include "runtime/testing.hpp"

namespace weft::runtime {
namespace {

using testing::ModuleBuilder;

TrapCode add_one(VMFuncRef*, Cell* cells) {
  cells[0].set(cells[0].as<uint32_t>() + 1);
  return TrapCode::none;
}
TrapCode twice(void*, Caller&, Cell* cells) {
  cells[0].set(cells[0].as<uint32_t>() * 2);
  return TrapCode::none;
}

TEST(Instance, ContextPointsIntoItsTail) {
  const auto engine = testing::make_engine();
  ModuleBuilder b;
  const uint32_t type = b.func_type({kI32}, {kI32});
  b.import_func(type);
  const uint32_t f = b.func(type, add_one);
  b.memory(1);
  b.memory(2);
  b.table(3);
  b.module().globals.push_back({{kI64, true}, {}});
  b.export_("f", ExternKind::func, f);
  b.export_("memory", ExternKind::memory, 1);
  const auto info = b.finish(*engine);
  Store store(engine);
  HostFunc& host = store.add_host_func(info->type_ids[type], twice);
  Extern import;
  import.func = &host.ref;
  Instance& i = **store.add_instance(info, std::span(&import, 1));

  VMContext& ctx = i.vmctx();
  EXPECT_EQ(ctx.magic, kVMContextMagic);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(&ctx) % 16, 0u);
  EXPECT_EQ(&Instance::from(&ctx), &i);
  EXPECT_EQ(ctx.memory0, &i.memory(MemoryIdx(0u)));
  EXPECT_EQ(ctx.funcs[0], &host.ref);
  EXPECT_EQ(ctx.funcs[1], nullptr);  // built on demand
  VMFuncRef* const ref = i.func_ref(FuncIdx(f));
  EXPECT_EQ(i.func_ref(FuncIdx(f)), ref);
  EXPECT_EQ(builtins::ref_func(&ctx, f), ref);
  EXPECT_EQ(ref->vmctx, &ctx);
  EXPECT_EQ(ref->type, info->type_ids[type]);
  Extern e;
  ASSERT_TRUE(i.find_export("memory", e));
  EXPECT_EQ(e.memory, &i.memory(MemoryIdx(1u)));
  EXPECT_FALSE(i.find_export("nothing", e));

  for (VMFuncRef* callee : {ref, &host.ref}) {
    Cell cell = Cell::of(uint32_t{20});
    EXPECT_EQ(enter_guest(store, callee, store.default_caller(), &cell, 1), TrapCode::none);
    EXPECT_EQ(cell.as<uint32_t>(), callee == ref ? 21u : 40u);
  }
}

TEST(Instance, StoreLimits) {
  const auto engine = testing::make_engine();
  ModuleBuilder b;
  b.memory(0);
  b.table(0);
  const auto info = b.finish(*engine);
  Store store(engine);
  store.limits.instances = 2;
  EXPECT_TRUE(store.add_instance(info, {}).has_value());
  store.limits.tables = 1;
  EXPECT_EQ(store.add_instance(info, {}).error().code, ErrorCode::limit_exceeded);
  store.limits.tables = 10;
  EXPECT_TRUE(store.add_instance(info, {}).has_value());
  EXPECT_EQ(store.add_instance(info, {}).error().code, ErrorCode::limit_exceeded);
}

struct Bulk : ::testing::Test {
  Bulk() {
    ModuleBuilder b;
    const uint32_t type = b.func_type({kI32}, {kI32});
    b.func(type, add_one);
    b.func(type, add_one);
    b.memory(1);
    b.table(4);
    b.passive_data("hello");
    b.passive_elem({1, 0});
    info = b.finish(*engine);
    instance = *store.add_instance(info, {});
    EXPECT_TRUE(instance->memory(MemoryIdx(0u)).create(nullptr));
    EXPECT_TRUE(instance->table(TableIdx(0u)).create(Cell{}));
    ctx = &instance->vmctx();
  }
  std::shared_ptr<EngineState> engine = testing::make_engine();
  std::shared_ptr<ModuleInfo> info;
  Store store{engine};
  Instance* instance = nullptr;
  VMContext* ctx = nullptr;
};

TEST_F(Bulk, MemoryBoundsAreCheckedFirstAndDoNotWrap) {
  constexpr uint64_t kMax = ~uint64_t{0};
  constexpr auto kOut = TrapCode::memory_out_of_bounds;
  constexpr auto kOk = TrapCode::none;
  struct Row {
    uint64_t dst, src, len;
    TrapCode init, copy, fill;
  };
  const Row rows[] = {
      {0, 0, 5, kOk, kOk, kOk},          {65531, 0, 5, kOk, kOk, kOk},
      {65532, 0, 5, kOut, kOut, kOut},   {65536, 0, 0, kOk, kOk, kOk},
      {65537, 0, 0, kOut, kOut, kOut},   {0, 5, 0, kOk, kOk, kOk},
      {0, 6, 0, kOut, kOk, kOk},         {0, 1, 5, kOut, kOk, kOk},
      {kMax, 0, 1, kOut, kOut, kOut},    {1, 0, kMax, kOut, kOut, kOut},
      {kMax, 0, kMax, kOut, kOut, kOut}, {0, kMax, 2, kOut, kOut, kOk},
  };
  for (const Row& r : rows) {
    SCOPED_TRACE(::testing::Message() << r.dst << " " << r.src << " " << r.len);
    EXPECT_EQ(builtins::memory_init(ctx, 0, 0, r.dst, r.src, r.len), r.init);
    EXPECT_EQ(builtins::memory_copy(ctx, 0, 0, r.dst, r.src, r.len), r.copy);
    EXPECT_EQ(builtins::memory_fill(ctx, 0, r.dst, 0x1ab, r.len), r.fill);
  }
  EXPECT_EQ(builtins::memory_init(ctx, 0, 0, 10, 1, 4), kOk);
  EXPECT_EQ(std::memcmp(ctx->memory0->base + 10, "ello", 4), 0);
  EXPECT_EQ(builtins::memory_copy(ctx, 0, 0, 11, 10, 4), kOk);
  EXPECT_EQ(std::memcmp(ctx->memory0->base + 10, "eello", 5), 0);
  builtins::data_drop(ctx, 0);
  EXPECT_EQ(builtins::memory_init(ctx, 0, 0, 0, 0, 0), kOk);
  EXPECT_EQ(builtins::memory_init(ctx, 0, 0, 0, 0, 1), kOut);
  EXPECT_EQ(store.context().trap.fault_address, 0u);
}

TEST_F(Bulk, Tables) {
  constexpr auto kOut = TrapCode::table_out_of_bounds;
  constexpr auto kOk = TrapCode::none;
  EXPECT_EQ(builtins::table_init(ctx, 0, 0, 3, 0, 2), kOut);
  EXPECT_EQ(ctx->tables[0]->base[3].bits, 0u);  // nothing written
  EXPECT_EQ(builtins::table_init(ctx, 0, 0, 1, 0, 2), kOk);
  Cell c;
  EXPECT_EQ(builtins::table_get(ctx, 0, 1, c), kOk);
  EXPECT_EQ(c.as<VMFuncRef*>(), instance->func_ref(FuncIdx(1u)));
  EXPECT_EQ(builtins::table_get(ctx, 0, 4, c), kOut);
  EXPECT_EQ(builtins::table_set(ctx, 0, ~uint64_t{0}, c), kOut);
  EXPECT_EQ(builtins::table_copy(ctx, 0, 0, 0, 1, 2), kOk);
  EXPECT_EQ(ctx->tables[0]->base[0].bits, c.bits);
  EXPECT_EQ(builtins::table_copy(ctx, 0, 0, 3, 1, 2), kOut);
  EXPECT_EQ(builtins::table_fill(ctx, 0, 2, Cell{}, 2), kOk);
  EXPECT_EQ(builtins::table_fill(ctx, 0, 2, Cell{}, 3), kOut);
  builtins::elem_drop(ctx, 0);
  EXPECT_EQ(builtins::table_init(ctx, 0, 0, 0, 0, 1), kOut);
  EXPECT_EQ(builtins::table_init(ctx, 0, 0, 0, 0, 0), kOk);
  uint64_t old = 0;
  EXPECT_EQ(builtins::table_grow(ctx, 0, c, 3, old), kOk);
  EXPECT_EQ(old, 4u);
  EXPECT_EQ(ctx->tables[0]->base[6].bits, c.bits);
  EXPECT_EQ(builtins::memory_grow(ctx, 0, 2, old), kOk);
  EXPECT_EQ(old, 1u);
}

TEST(Store, FuelAndEpochs) {
  const auto engine = testing::make_engine();
  Store store(engine);
  VMContext* ctx = store.default_caller();
  EXPECT_EQ(store.fuel(), 0u);
  store.set_fuel(10);
  EXPECT_TRUE(store.consume_fuel(4));
  EXPECT_FALSE(store.consume_fuel(7));
  EXPECT_EQ(store.fuel(), 6u);
  store.set_fuel(~uint64_t{0});
  EXPECT_EQ(store.fuel(), (uint64_t{1} << 63) - 1);
  store.set_epoch_deadline(1);
  engine->epoch() += 5;
  const auto expired = [&] {
    return builtins::epoch_expired(ctx, VMResume::Kind::checkpoint, &store);
  };
  EXPECT_EQ(expired(), TrapCode::interrupt);
  EXPECT_EQ(store.context().resume.kind, VMResume::Kind::none);
  store.on_epoch = [](Store&) { return EpochAnswer{false, 3}; };
  EXPECT_EQ(expired(), TrapCode::none);
  EXPECT_EQ(store.context().epoch_deadline, 8u);
  // A request of another thread: seen at once, heard once, stronger than the deadline.
  const auto others = store.interrupt_state();
  EXPECT_TRUE(others->ask(Interruption::suspend));
  EXPECT_EQ(store.context().epoch_deadline, 0u);
  store.set_epoch_deadline(100);
  EXPECT_EQ(store.context().epoch_deadline, 0u);
  EXPECT_EQ(expired(), TrapCode::interrupt);
  EXPECT_EQ(store.context().resume.kind, VMResume::Kind::checkpoint);
  EXPECT_EQ(store.context().epoch_deadline, 105u);
  // Taken back before it was heard: the guest looks once and goes on.
  others->ask(Interruption::trap);
  others->ask(Interruption::suspend);
  EXPECT_EQ(others->asked(), Interruption::trap);
  others->take_back();
  EXPECT_EQ(expired(), TrapCode::none);
  EXPECT_EQ(store.context().epoch_deadline, 105u);
}

TEST(Heap, HostValuesAreFinalizedOnce) {
  int finalized = 0;
  {
    Heap heap;
    const Ref a = heap.add_host_value({&finalized, [](void* p) { ++*static_cast<int*>(p); }});
    EXPECT_NE(a, kNullRef);
    EXPECT_EQ(heap.host_value(a)->data, &finalized);
    EXPECT_EQ(heap.host_value(a + 2), nullptr);
    EXPECT_EQ(heap.host_value(make_i31(5)), nullptr);
    EXPECT_EQ(i31_get_s(make_i31(static_cast<uint32_t>(-3))), -3);
  }
  EXPECT_EQ(finalized, 1);
}

}  // namespace
}  // namespace weft::runtime
