// The memory-access checker: hand-written allocators, every kind of access, every way to leave the
// allocator (ADR 0030). Real programs: tests/memory_check.
#include <atomic>
#include <thread>

#include "scale.hpp"

namespace weft::scale {
namespace {

constexpr int kHeapMisuse = 26;  // src/wasm/traps.def

/// A bump allocator: 8 bytes in front of each block hold its size. MEMORY, and more at EXTRA.
constexpr std::string_view kAllocator = R"((module
  MEMORY
  (data (i32.const 16) "static data")
  (global $top (mut i32) (i32.const 1024))
  (func $malloc (export "malloc") (param $n i32) (result i32)
    (local $p i32)
    (local.set $p (i32.add (global.get $top) (i32.const 8)))
    (i32.store (global.get $top) (local.get $n))
    (global.set $top (i32.add (local.get $p)
      (i32.and (i32.add (local.get $n) (i32.const 23)) (i32.const -16))))
    (local.set $n (i32.const 0))
    (if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
      (then (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1))
        (then (return (i32.const 0))))))
    (local.get $p))
  (func $free (export "free") (param $p i32)
    (if (i32.eqz (local.get $p)) (then (return)))
    (i64.store (i32.sub (local.get $p) (i32.const 8)) (i64.const 0))
    (local.set $p (i32.const 0)))
  EXTRA))";

std::string with(std::string_view extra, std::string_view memory = "(memory (export \"m\") 1)") {
  std::string text(kAllocator);
  text.replace(text.find("MEMORY"), 6, memory);
  text.replace(text.find("EXTRA"), 5, extra);
  return text;
}

struct Guest {
  explicit Guest(std::string_view text, bool on = true, bool guards = true, bool fuel = false) {
    Config config;
    config.set("memory_check", on ? 1 : 0);
    config.set("guard_pages", guards ? 1 : 0);
    config.fuel(fuel);
    engine.emplace(must(Engine::make(std::move(config))));
    store.emplace(must(Store::make(*engine)));
    instance.emplace(make(*engine, *store, text));
    if (fuel) must(store->set_fuel(1000000));
  }
  /// Empty if it ends; the trap's message, which begins with "!" if it is another trap.
  std::string run(const char* name = "run") {
    const auto done = must(instance->get<void()>(*store, name))(*store);
    if (done) return {};
    const auto* trap = done.error().trap();
    if (trap == nullptr) return "? " + std::string(done.error().message());
    return (trap->code() == kHeapMisuse ? "" : "!") + std::string(trap->message());
  }
  std::optional<Engine> engine;
  std::optional<Store> store;
  std::optional<Instance> instance;
};

/// `body` with a block of 10 bytes in $p.
std::string block_of_10(std::string_view body) {
  return with(
      "(func (export \"run\") (local $p i32) (local $q i32)"
      "(local.set $p (call $malloc (i32.const 10)))" +
      std::string(body) + ")");
}

struct Row {
  const char* body;
  const char* finds;  ///< Of the message; null: it is right.
};
// The block lies at 1032 (0x408).
constexpr Row kAccesses[] = {
    {"(i32.store8 (i32.add (local.get $p) (i32.const 9)) (i32.const 1))", nullptr},
    {"(i32.store8 offset=9 (local.get $p) (i32.const 1))", nullptr},
    {"(i32.store8 offset=10 (local.get $p) (i32.const 1))",
     "write of 1 byte at 0x412: 0 bytes behind the block of 10 bytes at 0x408"},
    {"(i32.store8 (i32.const 1042) (i32.const 1))", "write of 1 byte at 0x412"},
    {"(i32.store16 offset=9 (local.get $p) (i32.const 1))",
     "write of 2 bytes at 0x411: 0 bytes behind"},
    {"(i32.store offset=8 (local.get $p) (i32.const 1))",
     "write of 4 bytes at 0x410: 0 bytes behind"},
    {"(i64.store (i32.const 1037) (i64.const 1))", "write of 8 bytes at 0x40d"},
    {"(f32.store offset=7 (local.get $p) (f32.const 1))", "write of 4 bytes at 0x40f"},
    {"(f64.store offset=3 (local.get $p) (f64.mul (f64.const 2) (f64.load (local.get $p))))",
     "write of 8 bytes at 0x40b"},
    {"(drop (i32.load8_u offset=10 (local.get $p)))", "read of 1 byte at 0x412"},
    {"(drop (i32.add (i32.const 1) (i32.load offset=12 (local.get $p))))",
     "read of 4 bytes at 0x414"},
    {"(drop (i32.load offset=8 (local.get $p)))", nullptr},  // the word in which it ends
    {"(drop (i32.load offset=7 (local.get $p)))", "read of 4 bytes at 0x40f"},
    {"(drop (i64.load offset=16 (local.get $p)))", "read of 8 bytes at 0x418"},
    {"(drop (f64.load offset=16 (local.get $p)))", "read of 8 bytes at 0x418"},
    {"(drop (i64.load8_s (i32.sub (call $malloc (i32.const 5)) (i32.const 1))))",
     "read of 1 byte at 0x42f: 1 bytes before the block of 5 bytes at 0x430"},
    {"(drop (i32.load8_u offset=6000 (local.get $p)))",
     "read of 1 byte at 0x1b78: heap memory that is not allocated"},
    {"(drop (v128.load offset=16 align=1 (local.get $p)))", "read of 16 bytes at 0x418"},
    {"(drop (v128.load64_splat offset=3 (local.get $p)))", "read of 8 bytes at 0x40b"},
    {"(drop (v128.load8_lane offset=10 3 (local.get $p) (v128.const i64x2 0 0)))",
     "read of 1 byte at 0x412"},
    {"(v128.store32_lane offset=8 1 (local.get $p) (v128.const i64x2 0 0))",
     "write of 4 bytes at 0x410"},
    {"(v128.store (local.get $p) (v128.const i64x2 0 0))", "write of 16 bytes at 0x408"},
    {"(memory.fill (local.get $p) (i32.const 1) (i32.const 10))", nullptr},
    {"(memory.fill (local.get $p) (i32.const 1) (i32.const 11))", "write of 11 bytes at 0x408"},
    {"(memory.fill (i32.const 1043) (i32.const 1) (i32.const 0))", nullptr},
    {"(memory.copy (local.get $p) (i32.const 16) (i32.const 10))", nullptr},
    {"(memory.copy (local.get $p) (i32.const 16) (i32.const 12))", "write of 12 bytes at 0x408"},
    {"(memory.copy (i32.const 16) (local.get $p) (i32.const 12))", "read of 12 bytes at 0x408"},
    {"(memory.init $d (local.get $p) (i32.const 0) (i32.const 11))", "write of 11 bytes at 0x408"},
    {"(drop (i32.atomic.rmw.add offset=16 (local.get $p) (i32.const 1)))",
     "write of 4 bytes at 0x418"},
    {"(drop (i32.atomic.rmw8.cmpxchg_u offset=10 (local.get $p) (i32.const 1) (i32.const 2)))",
     "write of 1 byte at 0x412"},
    {"(drop (i64.atomic.load offset=16 (local.get $p)))", "read of 8 bytes at 0x418"},
    {"(i64.atomic.store offset=8 (local.get $p) (i64.const 1))", "write of 8 bytes at 0x410"},
    // What is outside of the memory stays what it was.
    {"(i32.store (i32.const -4) (i32.const 1))", "!out of bounds"},
    {"(i32.store offset=4294967295 (local.get $p) (i32.const 1))", "!out of bounds"},
    // What is no heap may be used.
    {"(i32.store (i32.const 16) (i32.load8_s (i32.const 1000)))", nullptr},
    // A value in an accumulator is still there behind the check.
    {"(local.set $q (i32.add (local.get $p) (i32.const 2)))"
     "(i32.store (local.get $q) (i32.mul (local.get $q) (i32.const 3)))"
     "(if (i32.ne (i32.load (local.get $q)) (i32.const 3102)) (then unreachable))",
     nullptr},
    {"(i32.store (local.get $p) (i32.mul (i32.load (local.get $p)) (i32.const 3)))"
     "(i32.store8 offset=4 (i32.add (local.get $p) (i32.load (local.get $p))) (i32.const 7))"
     "(if (i32.ne (i32.load8_u offset=4 (local.get $p)) (i32.const 7)) (then unreachable))",
     nullptr},
    // Blocks that went.
    {"(call $free (local.get $p)) (drop (i32.load8_u offset=9 (local.get $p)))",
     "read of 1 byte at 0x411: inside the block of 10 bytes at 0x408 that was freed"},
    {"(call $free (local.get $p)) (call $free (local.get $p))",
     "free of 0x408: the block of 10 bytes was freed before"},
    {"(call $free (i32.add (local.get $p) (i32.const 4)))",
     "free of 0x40c, which is no allocated block: 4 bytes inside the block of 10 bytes at 0x408"},
    {"(call $free (i32.const 16))", "free of 0x10, which is no allocated block: not in the heap"},
    {"(call $free (i32.const 0))", nullptr},
    {"(call $free (call $malloc (i32.const 0)))", nullptr},
    {"(i32.store8 (local.tee $q (call $malloc (i32.const 0))) (i32.const 1))",
     "0 bytes behind the block of 0 bytes"},
    // Memory that the allocator grew is heap; memory that others grew is not.
    {"(local.set $q (call $malloc (i32.const 70000)))"
     "(i32.store8 offset=69999 (local.get $q) (i32.const 1))"
     "(i32.store8 offset=70000 (local.get $q) (i32.const 1))",
     "0 bytes behind the block of 70000 bytes"},
    {"(drop (memory.grow (i32.const 1))) (i32.store (i32.const 65536) (i32.const 1))", nullptr},
};

TEST(MemoryCheck, EveryAccess) {
  for (const bool guards : {true, false}) {
    for (const Row& row : kAccesses) {
      std::string text = block_of_10(row.body);
      text.insert(text.size() - 1, "(data $d \"0123456789abcdef\")");
      Guest guest(text, true, guards);
      const std::string found = guest.run();
      if (row.finds == nullptr) {
        EXPECT_EQ(found, "") << row.body;
      } else {
        EXPECT_NE(found.find(row.finds), std::string::npos) << row.body << "\n" << found;
      }
      if (row.finds == nullptr || row.finds[0] != '!') {
        EXPECT_EQ(Guest(text, false, guards).run(), "") << "without the option: " << row.body;
      }
    }
  }
}

TEST(MemoryCheck, TheTrapHasABacktraceAndALaterCallIsChecked) {
  Guest guest(block_of_10("(i32.store8 offset=10 (local.get $p) (i32.const 1))"));
  for (int i = 0; i < 3; ++i) {
    const auto done = must(guest.instance->get<void()>(*guest.store, "run"))(*guest.store);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().trap()->code(), kHeapMisuse);
    EXPECT_EQ(std::string(done.error().trap()->message()).find("misuse of heap memory: write"), 0u);
    EXPECT_EQ(done.error().trap()->frame_count(), 1u);
  }
}

// --- ways into and out of the allocator
// ------------------------------------------------------------------------------------

TEST(MemoryCheck, TheWholeFamily) {
  const std::string family = R"(
    (func $calloc (export "calloc") (param i32 i32) (result i32)
      (return_call $malloc (i32.mul (local.get 0) (local.get 1))))
    (type $alloc (func (param i32) (result i32)))
    (table funcref (elem $malloc))
    (func $aligned (export "aligned_alloc") (param i32 i32) (result i32)
      (local.get 1) (return_call_indirect (type $alloc) (i32.const 0)))
    (func $posix (export "posix_memalign") (param i32 i32 i32) (result i32)
      (i32.store (local.get 0) (call $malloc (local.get 2)))
      (i32.const 0))
    (func $realloc (export "realloc") (param $p i32) (param $n i32) (result i32)
      (local $q i32)
      (if (i32.gt_u (local.get $n) (i32.const 100000)) (then (return (i32.const 0))))
      (if (i32.eqz (local.get $p)) (then (return (call $malloc (local.get $n)))))
      (br_if 0 (i32.const 1) (i32.eqz (local.get $n)) (drop))
      (local.set $q (call $malloc (local.get $n)))
      (memory.copy (local.get $q) (local.get $p) (local.get $n))
      (call $free (local.get $p))
      (local.get $q))
    (func $usable (export "malloc_usable_size") (param $p i32) (result i32)
      (i32.and (i32.add (i32.load (i32.sub (local.get $p) (i32.const 8))) (i32.const 15))
               (i32.const -16)))
    (func $last (param $p i32) (param $n i32)  ;; right, then wrong if global $over
      (i32.store8 (i32.add (local.get $p) (i32.sub (local.get $n) (i32.const 1))) (i32.const 1))
      (i32.store8 (i32.add (local.get $p) (i32.add (local.get $n) (i32.sub (global.get $over) (i32.const 1)))) (i32.const 1)))
    (global $over (mut i32) (i32.const 0))
    (func (export "over") (global.set $over (i32.const 1)))
    (func (export "calloc_") (call $last (call $calloc (i32.const 3) (i32.const 7)) (i32.const 21)))
    (func (export "aligned_") (call $last (call $aligned (i32.const 16) (i32.const 33)) (i32.const 33)))
    (func (export "posix_")
      (drop (call $posix (i32.const 512) (i32.const 16) (i32.const 18)))
      (call $last (i32.load (i32.const 512)) (i32.const 18)))
    (func (export "realloc_")
      (call $last (call $realloc (call $malloc (i32.const 50)) (i32.const 19)) (i32.const 19)))
    (func (export "realloc_null") (call $last (call $realloc (i32.const 0) (i32.const 19)) (i32.const 19)))
    (func (export "usable_") (local $p i32)
      (local.set $p (call $malloc (i32.const 18)))
      (call $last (local.get $p) (call $usable (local.get $p))))
    (func (export "realloc_failed") (local $p i32)
      (local.set $p (call $malloc (i32.const 18)))
      (if (call $realloc (local.get $p) (i32.const 200000)) (then unreachable))
      (call $last (local.get $p) (i32.const 18)))
    (func (export "realloc_old") (local $p i32)
      (local.set $p (call $malloc (i32.const 18)))
      (drop (call $realloc (local.get $p) (i32.const 40)))
      (i32.store8 (local.get $p) (global.get $over))))";
  std::string text = with(family);
  // The line that only a value-carrying branch to the function's end exercises.
  const std::string_view branch = "(br_if 0 (i32.const 1) (i32.eqz (local.get $n)) (drop))";
  text.replace(text.find(branch), branch.size(),
               "(drop (br_if 0 (i32.const 0) (i32.eqz (local.get $n))))");
  for (const bool fuel : {false, true}) {
    Guest guest(text, true, true, fuel);
    const char* const kRight[] = {"calloc_", "aligned_",     "posix_",        "realloc_",
                                  "usable_", "realloc_null", "realloc_failed"};
    for (const char* name : kRight) EXPECT_EQ(guest.run(name), "") << name;
    EXPECT_NE(guest.run("realloc_old").find("inside the block of 18 bytes"), std::string::npos);
    ASSERT_EQ(guest.run("over"), "");
    for (const char* name : kRight)
      EXPECT_NE(guest.run(name).find("write of 1 byte"), std::string::npos) << name;
    EXPECT_NE(guest.run("usable_").find("block of 32 bytes"), std::string::npos);
    EXPECT_NE(guest.run("calloc_").find("block of 21 bytes"), std::string::npos);
  }
}

TEST(MemoryCheck, AnAllocatorThatTrapsOrThrowsHasEnded) {
  Guest guest(with(R"(
    (tag $t)
    (func $calloc (export "calloc") (param i32 i32) (result i32)
      (if (i32.eq (local.get 0) (i32.const 1)) (then unreachable))
      (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $t)))
      (if (i32.eq (local.get 0) (i32.const 3)) (then (drop (i32.load (i32.const -4)))))
      (call $malloc (i32.mul (local.get 0) (local.get 1))))
    (func $wrong (param i32) (local i32)
      (if (local.get 0) (then (call $wrong (i32.sub (local.get 0) (i32.const 1)))))
      (local.set 1 (call $malloc (i32.const 8)))
      (i32.store8 offset=8 (local.get 1) (i32.const 0)))
    (func (export "trap") (drop (call $calloc (i32.const 1) (i32.const 8))))
    (func (export "fault") (drop (call $calloc (i32.const 3) (i32.const 8))))
    (func (export "throw") (block $b
      (try_table (catch $t $b) (drop (call $calloc (i32.const 2) (i32.const 8))))))
    (func (export "throw_on") (block $b
      (try_table (catch $t $b) (drop (call $calloc (i32.const 2) (i32.const 8)))))
      (call $wrong (i32.const 0)))
    (func (export "wrong") (call $wrong (i32.const 100))))"));
  const std::string expected = "0 bytes behind the block of 8 bytes";
  EXPECT_NE(guest.run("wrong").find(expected), std::string::npos);
  EXPECT_EQ(guest.run("trap"), "!unreachable");
  EXPECT_NE(guest.run("wrong").find(expected), std::string::npos);
  EXPECT_EQ(guest.run("fault").find("!out of bounds"), 0u);
  EXPECT_NE(guest.run("wrong").find(expected), std::string::npos);
  EXPECT_EQ(guest.run("throw"), "");
  EXPECT_NE(guest.run("throw_on").find(expected), std::string::npos);
}

TEST(MemoryCheck, ASuspendedAllocatorExemptsNobodyElse) {
  Config config;
  config.set("memory_check", 1);
  Engine engine = must(Engine::make(std::move(config)));
  Store store = must(Store::make(engine));
  Linker linker(engine);
  must(linker.func("host", "wait", []() -> Result<void> { return Error("wait"); }));
  const Module module = must(Module::compile(engine, R"((module
    (import "host" "wait" (func $wait))
    (memory 1)
    (func $malloc (export "malloc") (param i32) (result i32) (call $wait)
      (i32.store (i32.const 2044) (i32.const 1)) (i32.const 2048))
    (func $free (export "free") (param i32))
    (func $calloc (export "calloc") (param i32 i32) (result i32) (i32.const 1024))
    (func (export "slow") (i32.store8 offset=8 (call $malloc (i32.const 8)) (i32.const 0)))
    (func (export "other") (i32.store8 offset=8 (call $calloc (i32.const 8) (i32.const 1)) (i32.const 0)))))"));
  const Instance instance = *linker.instantiate(store, module);
  Invocation slow = must(Invocation::make(store, *instance.func(store, "slow")));
  ASSERT_EQ(*slow.start(store), Invocation::State::suspended);
  const auto other = must(instance.get<void()>(store, "other"))(store);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().trap()->code(), kHeapMisuse);
  const auto done = slow.resume(store);
  ASSERT_FALSE(done);
  EXPECT_NE(std::string(done.error().message()).find("behind the block of 8 bytes at 0x800"),
            std::string::npos)
      << done.error().message();
}

// --- several memories, 64-bit ones, shared ones
// ----------------------------------------------------------------------------------

TEST(MemoryCheck, OtherMemoriesAreNoHeap) {
  Guest guest(with(R"(
    (memory $other 1)
    (func (export "right") (drop (call $malloc (i32.const 10)))
      (i32.store8 $other (i32.const 1042) (i32.const 1))
      (memory.fill $other (i32.const 1000) (i32.const 1) (i32.const 100))
      (memory.copy $other $m (i32.const 1042) (i32.const 1032) (i32.const 10)))
    (func (export "wrong") (memory.copy $m $other (i32.const 1042) (i32.const 1032) (i32.const 10))))",
                   "(memory $m 1)"));
  EXPECT_EQ(guest.run("right"), "");
  EXPECT_NE(guest.run("wrong").find("write of 10 bytes at 0x412"), std::string::npos);
}

TEST(MemoryCheck, AMemoryOf64Bits) {
  Guest guest(R"((module (memory i64 1 10)
    (func $malloc (export "malloc") (param i64) (result i64)
      (drop (memory.grow (i64.const 1))) (i64.const 65536))
    (func $free (export "free") (param i64))
    (func (export "run") (i64.store8 (i64.add (call $malloc (i64.const 100)) (i64.const 99)) (i64.const 1))
      (i64.store16 offset=99 (call $malloc (i64.const 100)) (i64.const 1)))
    (func (export "freed") (call $free (i64.const 65536)) (call $free (i64.const 65536)))))");
  EXPECT_NE(guest.run().find("write of 2 bytes at 0x10063: 0 bytes behind the block of 100 bytes"),
            std::string::npos);
  EXPECT_NE(guest.run("freed").find("free of 0x10000: the block of 100 bytes was freed before"),
            std::string::npos);
}

TEST(MemoryCheck, AModuleThatImportsMemoryAndAllocator) {
  Config config;
  config.set("memory_check", 1);
  Engine engine = must(Engine::make(std::move(config)));
  Store store = must(Store::make(engine));
  Linker linker(engine);
  const Instance heap = *linker.instantiate(store, must(Module::compile(engine, with(""))));
  must(linker.instance(store, "heap", heap));
  const Instance user = *linker.instantiate(store, must(Module::compile(engine, R"((module
    (import "heap" "m" (memory 1))
    (import "heap" "malloc" (func $malloc (param i32) (result i32)))
    (func (export "run") (i32.store8 offset=10 (call $malloc (i32.const 10)) (i32.const 1)))))")));
  const auto done = must(user.get<void()>(store, "run"))(store);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().trap()->code(), kHeapMisuse);
}

TEST(MemoryCheck, ASharedMemoryHasOneShadow) {
  Config config;
  config.set("memory_check", 1);
  const Engine engine = must(Engine::make(std::move(config)));
  const Module module = must(Module::compile(engine, R"((module
    (import "host" "m" (memory 2 4 shared))
    (global $mine (mut i32) (i32.const 0))
    (func $malloc (export "malloc") (param i32) (result i32)
      (i32.atomic.rmw.add (i32.const 1024)
        (i32.and (i32.add (local.get 0) (i32.const 23)) (i32.const -8))))
    (func $free (export "free") (param i32))
    (func (export "init") (i32.atomic.store (i32.const 1024) (i32.const 4096)))
    (func (export "work") (param $n i32) (result i32) (local $p i32)
      (loop $l
        (local.set $p (call $malloc (i32.const 16)))
        (i64.store (local.get $p) (i64.const 1))
        (i64.store offset=8 (local.get $p) (i64.const 1))
        (call $free (local.get $p))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $p))
    (func (export "touch") (param $p i32) (i32.store8 (local.get $p) (i32.const 1)))))"));
  Store first = must(Store::make(engine));
  weft_shared_memory_t* shared = nullptr;
  ASSERT_EQ(code_of(weft_shared_memory_new(engine.c_api(), 2, 4, false, &shared)), -1);
  const auto instantiate = [&](Store& store) {
    weft_extern_t view{};
    view.kind = WEFT_EXTERN_MEMORY;
    EXPECT_EQ(code_of(weft_memory_from_shared(store.c_api(), shared, &view.of.memory)), -1);
    Linker linker(engine);
    must(linker.define(store, "host", "m", view));
    return *linker.instantiate(store, module);
  };
  const Instance instance = instantiate(first);
  ASSERT_TRUE(must(instance.get<void()>(first, "init"))(first));
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  std::atomic<int32_t> last{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      Store store = must(Store::make(engine));
      const Instance mine = instantiate(store);
      const auto p = must(mine.get<int32_t(int32_t)>(store, "work"))(store, 300);
      if (p) {
        last = *p;
      } else {
        ++wrong;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong, 0);
  const auto touched = must(instance.get<void(int32_t)>(first, "touch"))(first, last);
  ASSERT_FALSE(touched) << "freed in another store";
  EXPECT_EQ(touched.error().trap()->code(), kHeapMisuse);
  weft_shared_memory_delete(shared);
}

TEST(MemoryCheck, ModulesWithoutAnAllocatorRunAsEver) {
  Guest guest(R"((module (memory 1)
    (func (export "run") (i32.store (i32.const 4) (i32.const 1)) (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)))
    (func $malloc (param f64) (result i32) (i32.const 5))
    (func (export "malloc") (drop (call $malloc (f64.const 1))))))");
  EXPECT_EQ(guest.run(), "");
  EXPECT_EQ(guest.run("malloc"), "") << "of another type: not the C function";
}

}  // namespace
}  // namespace weft::scale
