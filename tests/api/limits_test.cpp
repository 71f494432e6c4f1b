// Store limits and the resource limiter: asked before everything, told of failures.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "world.hpp"

namespace weft_test {
namespace {

using weft::Growth;

/// Writes down what it is asked and answers as told.
struct Recorder final : weft::ResourceLimiter {
  explicit Recorder(int* n = nullptr) : live(n) {
    if (live != nullptr) ++*live;
  }
  ~Recorder() override {
    if (live != nullptr) --*live;
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  Growth memory_growing(uint64_t current, uint64_t desired,
                        std::optional<uint64_t> maximum) noexcept override {
    log += "m" + std::to_string(current >> 16) + ">" + std::to_string(desired >> 16) +
           (maximum ? "/" + std::to_string(*maximum >> 16) : "") + " ";
    return memory;
  }
  Growth table_growing(uint64_t current, uint64_t desired,
                       std::optional<uint64_t>) noexcept override {
    log += "t" + std::to_string(current) + ">" + std::to_string(desired) + " ";
    return table;
  }
  Growth heap_growing(uint64_t, uint64_t) noexcept override {
    log += "h ";
    return heap;
  }
  Growth instance_creating(uint64_t current, uint64_t desired) noexcept override {
    log += "i" + std::to_string(current) + ">" + std::to_string(desired) + " ";
    return instance;
  }
  void growth_failed(std::string_view reason) noexcept override {
    log += "failed:" + std::string(reason) + " ";
  }
  std::string take() { return std::exchange(log, {}); }

  int* live;
  std::string log;
  Growth memory = Growth::allow, table = Growth::allow, heap = Growth::allow,
         instance = Growth::allow;
};

constexpr std::string_view kWat =
    R"((module (memory (export "memory") 1 4) (table (export "table") 2 8 funcref)
  (type $s (array i64))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "grow_table") (param i32) (result i32) (table.grow 0 (ref.null func) (local.get 0)))
  (func (export "allocate") (param i32) (drop (array.new_default $s (local.get 0))))))";

struct Limiter : ::testing::Test {
  Limiter() { w.store.set_limiter(r).value(); }
  World w;
  Recorder r;
};

TEST_F(Limiter, IsAskedBeforeCreationAndGrowth) {
  const Instance i = w.instantiate(kWat);
  EXPECT_EQ(r.take(), "i0>1 m0>1/4 t0>2 ");
  const auto grow = w.get<int32_t(int32_t)>(i, "grow");
  EXPECT_EQ(*grow(w.store, 0), 1);
  EXPECT_EQ(r.take(), "");  // growth by 0 asks nobody
  EXPECT_EQ(*grow(w.store, 2), 1);
  EXPECT_EQ(r.take(), "m1>3/4 ");
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "grow_table")(w.store, 3), 2);
  EXPECT_EQ(r.take(), "t2>5 ");
  EXPECT_TRUE(w.get<void(int32_t)>(i, "allocate")(w.store, 10).ok());
  EXPECT_EQ(r.take(), "h ");
  EXPECT_EQ(i.memory(w.store, "memory")->grow(w.store, 1).value(), 3u);
  EXPECT_EQ(r.take(), "m3>4/4 ");
  (void)weft::Memory::make(w.store, {.min = 2}).value();
  EXPECT_EQ(r.take(), "m0>2 ");
  (void)weft::Table::make(w.store, {.min = 5}, Func()).value();
  EXPECT_EQ(r.take(), "t0>5 ");
}

TEST_F(Limiter, IsAskedBeforeTheMaximumIsCheckedAndToldOfFailure) {
  const Instance i = w.instantiate(kWat);
  r.take();
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "grow")(w.store, 4), -1);
  EXPECT_EQ(r.take(), "m1>5/4 failed:maximum size of the memory exceeded ");
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "grow_table")(w.store, 7), -1);
  EXPECT_EQ(r.take(), "t2>9 failed:maximum size of the table exceeded ");
}

TEST_F(Limiter, RefusingGivesMinusOne) {
  const Instance i = w.instantiate(kWat);
  r.memory = r.table = Growth::refuse;
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "grow")(w.store, 1), -1);
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "grow_table")(w.store, 1), -1);
  EXPECT_EQ(code_of(i.memory(w.store, "memory")->grow(w.store, 1)), WEFT_ERROR_LIMIT_EXCEEDED);
  EXPECT_EQ(code_of(i.table(w.store, "table")->grow(w.store, 1, Func())),
            WEFT_ERROR_LIMIT_EXCEEDED);
  EXPECT_EQ(code_of(weft::Memory::make(w.store, {.min = 1})), WEFT_ERROR_LIMIT_EXCEEDED);
  EXPECT_EQ(code_of(weft::Table::make(w.store, {.min = 1}, Func())), WEFT_ERROR_LIMIT_EXCEEDED);
  EXPECT_EQ(code_of(w.linker.instantiate(w.store, w.compile(kWat))), WEFT_ERROR_LIMIT_EXCEEDED);
}

TEST_F(Limiter, AnErrorTraps) {
  const Instance i = w.instantiate(kWat);
  r.memory = r.table = r.heap = Growth::trap;
  const auto grown = w.get<int32_t(int32_t)>(i, "grow")(w.store, 1);
  EXPECT_EQ(trap_of(grown), kGrowthLimited);
  EXPECT_EQ(message_of(grown), "growth operation limited");
  EXPECT_EQ(trap_of(w.get<int32_t(int32_t)>(i, "grow_table")(w.store, 1)), kGrowthLimited);
  EXPECT_EQ(trap_of(w.get<void(int32_t)>(i, "allocate")(w.store, 10)), kGrowthLimited);
}

TEST_F(Limiter, RefusesInstancesAndTheHeap) {
  r.instance = Growth::refuse;
  EXPECT_EQ(code_of(w.linker.instantiate(w.store, w.compile(kWat))), WEFT_ERROR_LIMIT_EXCEEDED);
  r.instance = Growth::allow;
  const Instance i = w.instantiate(kWat);  // the refused one left nothing behind
  EXPECT_NE(r.take().find("i0>1"), std::string::npos);
  r.heap = Growth::refuse;
  EXPECT_EQ(trap_of(w.get<void(int32_t)>(i, "allocate")(w.store, 10)), kAllocationTooLarge);
  EXPECT_EQ(code_of(ExternRef::make(w.store, 1)), WEFT_ERROR_LIMIT_EXCEEDED);
}

TEST(Limits, ALimiterIsOwnedOrBorrowed) {
  int live = 0;
  {
    World w;
    w.store.set_limiter(std::make_unique<Recorder>(&live)).value();
    EXPECT_EQ(live, 1);
    w.store.set_limiter(std::make_unique<Recorder>(&live)).value();
    EXPECT_EQ(live, 1);
    w.store.set_limiter(nullptr).value();
    EXPECT_EQ(live, 0);
    w.store.set_limiter(std::make_unique<Recorder>(&live)).value();
    (void)w.instantiate(kWat);
  }
  EXPECT_EQ(live, 0);
}

TEST(Limits, OfAStore) {
  World w;
  weft_limits_t limits{3 * 65536, 6, 2, 2, 2};
  w.store.limits(limits);
  const Instance i = w.instantiate(kWat);
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "grow")(w.store, 2), 1);
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "grow")(w.store, 1), -1);
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "grow_table")(w.store, 4), 2);
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "grow_table")(w.store, 1), -1);
  (void)w.instantiate(kWat);
  EXPECT_EQ(code_of(w.linker.instantiate(w.store, w.compile(kWat))), WEFT_ERROR_LIMIT_EXCEEDED);
  EXPECT_EQ(code_of(weft::Memory::make(w.store, {.min = 1})), WEFT_ERROR_LIMIT_EXCEEDED);
  w.store.trap_on_refused_growth();
  EXPECT_EQ(trap_of(w.get<int32_t(int32_t)>(i, "grow")(w.store, 1)), kGrowthLimited);
}

TEST(Limits, OfTheHeap) {
  World w;
  w.store.limit_heap(1 << 20);
  const Instance i = w.instantiate(kWat);
  const auto allocate = w.get<void(int32_t)>(i, "allocate");
  EXPECT_TRUE(allocate(w.store, 1000).ok());
  EXPECT_EQ(trap_of(allocate(w.store, 1 << 20)), kAllocationTooLarge);
  for (int k = 0; k < 1000; ++k)
    ASSERT_TRUE(allocate(w.store, 1000).ok()) << k;  // garbage is reused
}

}  // namespace
}  // namespace weft_test
