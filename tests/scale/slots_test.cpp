// Stacks and heaps of references as slots of a pool: how many there are, what a used one shows,
// what the engine counts (ADR 0031).
#include <thread>

#include "scale.hpp"

namespace weft::scale {
namespace {

constexpr std::string_view kGuest = R"((module
  (type $node (struct (field (ref null $node)) (field i64)))
  (type $bytes (array (mut i8)))
  (import "host" "wait" (func $wait))
  (func (export "one") (result i32) (i32.const 1))
  ;; n frames, each with a recognisable local
  (func $deep (export "deep") (param $n i32) (result i64)
    (local $mark i64)
    (local.set $mark (i64.const 0x5ec2e75ec2e75ec2))
    (if (result i64) (local.get $n)
      (then (i64.add (local.get $mark) (call $deep (i32.sub (local.get $n) (i32.const 1)))))
      (else (local.get $mark))))
  (func (export "suspend") (call $wait))
  (func (export "objects") (param $n i32) (result i32)
    (local $list (ref null $node))
    (loop $l
      (local.set $list (struct.new $node (local.get $list) (i64.const -1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (ref.is_null (local.get $list)))
  ;; how many bytes of a fresh array, or of an i31's home, are not zero
  (func (export "fresh") (param $n i32) (result i32)
    (local $a (ref null $bytes)) (local $sum i32)
    (local.set $a (array.new_default $bytes (local.get $n)))
    (loop $l
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (local.set $sum (i32.add (local.get $sum)
        (array.get_u $bytes (local.get $a) (local.get $n))))
      (br_if $l (local.get $n)))
    (local.get $sum))))";

struct Pooled {
  explicit Pooled(uint32_t stacks, uint32_t heaps, bool fuel = false) {
    weft_pool_config_t pool;
    weft_pool_config_init(&pool);
    pool.instances = 64;
    pool.memories = 4;
    pool.tables = 4;
    pool.stacks = stacks;
    pool.gc_heaps = heaps;
    Config config;
    config.pool(pool);
    config.fuel(fuel);
    engine.emplace(must(Engine::make(std::move(config))));
    module.emplace(must(Module::compile(*engine, kGuest)));
    linker.emplace(*engine);
    must(linker->func("host", "wait", []() -> Result<void> { return Error("wait"); }));
  }
  weft_pool_metrics_t metrics() const { return *engine->pool_metrics(); }

  std::optional<Engine> engine;
  std::optional<Module> module;
  mutable std::optional<Linker> linker;
};

struct Guest {
  explicit Guest(const Pooled& p)
      : store(must(Store::make(*p.engine))), instance(*p.linker->instantiate(store, *p.module)) {}
  template <class S, class... A>
  auto call(const char* name, A... a) {
    return must(instance.get<S>(store, name))(store, a...);
  }
  Store store;
  Instance instance;
};

/// The error that a call ended with, as code and text.
template <class R>
std::string error_of(const R& result) {
  if (result.ok()) return "(no error)";
  const auto* trap = result.error().trap();
  const weft_error_t* error = trap == nullptr ? nullptr : weft_trap_host_error(trap->c_api());
  return error == nullptr
             ? "(another error)"
             : std::to_string(weft_error_code(error)) + " " + std::string(trap->host_error());
}

TEST(PoolSlots, StacksEndWithTheirNameAndCanBeHadAgain) {
  const Pooled p(2, 2);
  auto a = std::make_unique<Guest>(p);
  Guest b(p);
  Guest c(p);
  EXPECT_EQ(p.metrics().stacks, 0u) << "a stack is for who calls";
  EXPECT_EQ(*a->call<int32_t()>("one"), 1);
  EXPECT_EQ(*b.call<int32_t()>("one"), 1);
  EXPECT_EQ(p.metrics().stacks, 2u);
  const std::string refused = error_of(c.call<int32_t()>("one"));
  EXPECT_NE(refused.find("the pool has 2 stack slots, all in use (pool option \"stacks\")"),
            std::string::npos)
      << refused;
  EXPECT_EQ(refused.substr(0, refused.find(' ')), std::to_string(WEFT_ERROR_LIMIT_EXCEEDED));
  EXPECT_EQ(*b.call<int32_t()>("one"), 1) << "who has one keeps it";
  a.reset();
  EXPECT_EQ(p.metrics().stacks, 1u);
  EXPECT_EQ(*c.call<int32_t()>("one"), 1);
  EXPECT_EQ(p.metrics().stacks, 2u);
}

TEST(PoolSlots, AnInvocationTakesAStack) {
  const Pooled p(2, 2);
  Guest a(p);
  EXPECT_EQ(*a.call<int32_t()>("one"), 1);
  const Func suspend = *a.instance.func(a.store, "suspend");
  {
    Invocation first = must(Invocation::make(a.store, suspend));
    EXPECT_EQ(p.metrics().stacks, 2u);
    const auto second = Invocation::make(a.store, suspend);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), WEFT_ERROR_LIMIT_EXCEEDED);
    EXPECT_NE(std::string(second.error().message()).find("\"stacks\""), std::string::npos)
        << second.error().message();
  }
  EXPECT_EQ(p.metrics().stacks, 1u);
  EXPECT_TRUE(Invocation::make(a.store, suspend));
}

TEST(PoolSlots, HeapsEndWithTheirNameAndCanBeHadAgain) {
  const Pooled p(4, 1);
  auto a = std::make_unique<Guest>(p);
  Guest b(p);
  EXPECT_EQ(*b.call<int32_t()>("one"), 1);
  EXPECT_EQ(p.metrics().gc_heaps, 0u) << "a heap is for who allocates";
  EXPECT_EQ(*a->call<int32_t(int32_t)>("objects", 1000), 0);
  EXPECT_EQ(p.metrics().gc_heaps, 1u);
  const std::string refused = error_of(b.call<int32_t(int32_t)>("objects", 1));
  EXPECT_NE(refused.find("(pool option \"gc_heaps\")"), std::string::npos) << refused;
  EXPECT_EQ(refused.substr(0, refused.find(' ')), std::to_string(WEFT_ERROR_LIMIT_EXCEEDED));
  // The host's own values need it too.
  weft_ref_t ref{};
  weft_error_t* error = weft_externref_new(b.store.c_api(), nullptr, nullptr, &ref);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(weft_error_code(error), WEFT_ERROR_LIMIT_EXCEEDED);
  const std::string text = text_of(error);
  EXPECT_NE(text.find("gc_heaps"), std::string::npos) << text;
  EXPECT_EQ(*b.call<int32_t()>("one"), 1) << "what needs no heap goes on";
  a.reset();
  EXPECT_EQ(*b.call<int32_t(int32_t)>("objects", 1000), 0);
}

TEST(PoolSlots, NothingOfTheOneBeforeShows) {
  const Pooled p(1, 1);
  for (int round = 0; round < 6; ++round) {
    Guest guest(p);
    EXPECT_EQ(*guest.call<int32_t(int32_t)>("fresh", 200000 + round), 0);
    EXPECT_EQ(*guest.call<int32_t(int32_t)>("objects", 100000), 0);
    ASSERT_TRUE(guest.call<int64_t(int32_t)>("deep", round % 2 == 0 ? 100 : 100000));
  }
}

TEST(PoolSlots, AllOthersAreCountedToo) {
  const Pooled p(4, 4);
  EXPECT_FALSE(must(Engine::make()).pool_metrics());
  const Module with = must(Module::compile(*p.engine, "(module (memory 1))"));
  {
    Guest guest(p);
    ASSERT_TRUE(p.linker->instantiate(guest.store, with));
    weft_table_t table{};
    weft_val_t null{};
    null.kind = WEFT_FUNCREF;
    ASSERT_EQ(
        code_of(weft_table_new(guest.store.c_api(), WEFT_FUNCREF, 3, 9, false, &null, &table)), -1);
    EXPECT_EQ(p.metrics().instances, 2u);
    EXPECT_EQ(p.metrics().memories, 1u);
    EXPECT_EQ(p.metrics().tables, 1u);
  }
  const auto after = p.metrics();
  EXPECT_EQ(after.instances + after.memories + after.tables + after.stacks + after.gc_heaps, 0u);
}

TEST(PoolSlots, FailedCallsGiveThemBack) {
  const Pooled p(1, 1);
  for (int i = 0; i < 20; ++i) {
    Guest guest(p);
    EXPECT_FALSE(guest.call<int64_t(int32_t)>("deep", 10000000)) << "the stack ends";
    EXPECT_EQ(*guest.call<int32_t(int32_t)>("objects", 10), 0);
  }
  EXPECT_EQ(p.metrics().stacks, 0u);
  EXPECT_EQ(p.metrics().gc_heaps, 0u);
}

TEST(PoolSlots, ManyThreads) {
  const Pooled p(4, 4);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        Guest guest(p);
        const auto deep = guest.call<int64_t(int32_t)>("deep", 10);
        const auto objects = guest.call<int32_t(int32_t)>("objects", 100);
        if (!deep || !objects || *objects != 0) ++wrong;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(p.metrics().stacks, 0u);
}

}  // namespace
}  // namespace weft::scale
