#include "runtime/memory_check.hpp"

#include <gtest/gtest.h>

#include "runtime/testing.hpp"

namespace weft::runtime {
namespace {

using testing::ModuleBuilder;

struct World {
  explicit World(uint64_t pages = 1, uint64_t max = 4) {
    const uint32_t i_i = builder.func_type({kI32}, {kI32});
    const uint32_t i_v = builder.func_type({kI32}, {});
    const uint32_t f_i = builder.func_type({kF32}, {kI32});
    const auto body = [](VMFuncRef*, Cell*) { return TrapCode::none; };
    malloc_ = builder.func(i_i, body);
    free_ = builder.func(i_v, body);
    other = builder.func(f_i, body);
    builder.memory(pages, max);
    builder.export_("dlmalloc", ExternKind::func, malloc_);
    builder.export_("free", ExternKind::func, free_);
    builder.export_("calloc", ExternKind::func, other);
    builder.export_("malloc", ExternKind::memory, 0);
    auto info = builder.finish(store.engine());
    instance = *store.add_instance(info, {});
    EXPECT_TRUE(memory().create(nullptr));
  }
  Memory& memory() { return instance->memory(MemoryIdx(0u)); }
  MemoryShadow& shadow() { return *memory().shadow(); }
  VMContext* cx() { return &instance->vmctx(); }

  /// What the interpreter does around a call of the allocator.
  uint64_t allocate(AllocatorFunc func, uint64_t bytes, uint64_t result) {
    Cell frame[8] = {Cell::of(bytes)};
    EXPECT_EQ(memory_check::enter(cx(), frame, func, frame + 4), TrapCode::none);
    frame[0] = {};
    EXPECT_EQ(memory_check::leave(cx(), frame, func, frame + 4, result), TrapCode::none);
    return result;
  }
  TrapCode release(uint64_t block) {
    Cell frame[8] = {Cell::of(block)};
    const TrapCode trap = memory_check::enter(cx(), frame, AllocatorFunc::free, frame + 4);
    if (trap == TrapCode::none)
      return memory_check::leave(cx(), frame, AllocatorFunc::free, frame + 4, 0);
    store.context().interp_allocator_fp = nullptr;  // as record_trap does
    return trap;
  }
  TrapCode write(uint64_t address, uint64_t bytes) {
    Cell frame[1];
    return memory_check::access(cx(), frame, {.write = true, .address = address, .bytes = bytes});
  }
  std::string message() { return store.take_pending().host.message; }

  static RuntimeOptions options() {
    RuntimeOptions out;
    out.memory_check = true;
    return out;
  }
  ModuleBuilder builder;
  uint32_t malloc_ = 0, free_ = 0, other = 0;
  Store store{testing::make_engine(options())};
  Instance* instance = nullptr;
};

TEST(MemoryCheck, FindsTheAllocatorByNameAndType) {
  World w;
  const auto rows = find_allocator(w.builder.module());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].index, w.malloc_);
  EXPECT_EQ(rows[0].func, AllocatorFunc::malloc);
  EXPECT_EQ(rows[1].index, w.free_);
  EXPECT_EQ(rows[1].func, AllocatorFunc::free);
}

TEST(MemoryCheck, NothingIsHeapBeforeTheFirstBlock) {
  World w;
  EXPECT_EQ(w.write(1000, 8), TrapCode::none);
  w.allocate(AllocatorFunc::malloc, 16, 2048);
  EXPECT_EQ(w.write(1000, 8), TrapCode::none) << "below it is not, either";
  EXPECT_EQ(w.write(2048, 16), TrapCode::none);
  EXPECT_EQ(w.write(2049, 16), TrapCode::heap_misuse);
  EXPECT_EQ(w.message(),
            "write of 16 bytes at 0x801: 0 bytes behind the block of 16 bytes at 0x800");
  EXPECT_EQ(w.write(65535, 1), TrapCode::heap_misuse);
  EXPECT_EQ(w.write(65535, 2), TrapCode::none) << "out of bounds: the access itself traps";
  EXPECT_EQ(w.write(~uint64_t{0}, 8), TrapCode::none);
  w.allocate(AllocatorFunc::malloc, 16, 1024);
  EXPECT_EQ(w.write(1040, 1), TrapCode::heap_misuse);
}

TEST(MemoryCheck, ABlockIsReleasedOnce) {
  World w;
  const uint64_t p = w.allocate(AllocatorFunc::malloc, 100, 1024);
  EXPECT_EQ(w.release(p), TrapCode::none);
  EXPECT_EQ(w.write(p + 50, 1), TrapCode::heap_misuse);
  EXPECT_EQ(w.message(),
            "write of 1 byte at 0x432: inside the block of 100 bytes at 0x400 that was freed");
  EXPECT_EQ(w.release(p), TrapCode::heap_misuse);
  EXPECT_EQ(w.message(), "free of 0x400: the block of 100 bytes was freed before");
  w.allocate(AllocatorFunc::malloc, 40, p);
  EXPECT_EQ(w.write(p + 39, 1), TrapCode::none);
  EXPECT_EQ(w.write(p + 40, 1), TrapCode::heap_misuse);
  EXPECT_EQ(w.release(p + 8), TrapCode::heap_misuse);
  EXPECT_EQ(
      w.message(),
      "free of 0x408, which is no allocated block: 8 bytes inside the block of 40 bytes at 0x400");
  EXPECT_EQ(w.release(uint64_t{1} << 40), TrapCode::heap_misuse) << "nowhere at all";
  EXPECT_EQ(w.release(p), TrapCode::none);
}

TEST(MemoryCheck, GrowthBelongsToWhoGrew) {
  for (const uint64_t pages : {0u, 1u}) {
    World w(pages);
    w.allocate(AllocatorFunc::malloc, 0, 0);
    TrapCode trap = TrapCode::none;
    ASSERT_TRUE(w.memory().grow(1, trap));  // the program
    EXPECT_EQ(w.write(pages * 65536, 8), TrapCode::none);
    Cell frame[8] = {Cell::of(uint64_t{64})};
    ASSERT_EQ(memory_check::enter(w.cx(), frame, AllocatorFunc::malloc, frame + 4), TrapCode::none);
    w.store.context().interp_fp = frame;
    ASSERT_TRUE(w.memory().grow(1, trap));  // the allocator
    const uint64_t block = (pages + 1) * 65536 + 16;
    ASSERT_EQ(memory_check::leave(w.cx(), frame, AllocatorFunc::malloc, frame + 4, block),
              TrapCode::none);
    EXPECT_EQ(w.write(pages * 65536, 65536), TrapCode::none);
    EXPECT_EQ(w.write(block - 1, 1), TrapCode::heap_misuse);
    EXPECT_EQ(w.write(block, 64), TrapCode::none);
    EXPECT_EQ(w.write(block + 64, 1), TrapCode::heap_misuse);
    EXPECT_EQ(w.release(block), TrapCode::none);
  }
}

TEST(MemoryCheck, ItsOwnFramesMayDoAnything) {
  World w;
  w.allocate(AllocatorFunc::malloc, 8, 1024);
  Cell stack[24] = {};
  Cell* const frame = stack + 8;
  ASSERT_EQ(memory_check::enter(w.cx(), frame, AllocatorFunc::malloc, frame + 4), TrapCode::none);
  const memory_check::Access wrong{.write = true, .address = 4096, .bytes = 4};
  EXPECT_EQ(memory_check::access(w.cx(), frame, wrong), TrapCode::none);
  EXPECT_EQ(memory_check::access(w.cx(), frame + 8, wrong), TrapCode::none) << "what it calls";
  EXPECT_EQ(memory_check::access(w.cx(), stack, wrong), TrapCode::heap_misuse) << "who called it";
  // A nested call is its own business.
  ASSERT_EQ(memory_check::enter(w.cx(), frame + 8, AllocatorFunc::free, frame + 12),
            TrapCode::none);
  ASSERT_EQ(memory_check::leave(w.cx(), frame + 8, AllocatorFunc::free, frame + 12, 0),
            TrapCode::none);
  EXPECT_EQ(memory_check::access(w.cx(), frame, wrong), TrapCode::none);
  ASSERT_EQ(memory_check::leave(w.cx(), frame, AllocatorFunc::malloc, frame + 4, 0),
            TrapCode::none);
  EXPECT_EQ(memory_check::access(w.cx(), frame, wrong), TrapCode::heap_misuse);
}

}  // namespace
}  // namespace weft::runtime
