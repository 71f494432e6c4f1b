// The way out: faults in "guest code" (functions in a section of their own), nested activations,
// hooks, other handlers.
#include "runtime/trap_exit.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "runtime/code_registry.hpp"
#include "runtime/fault_handler.hpp"
#include "runtime/testing.hpp"

extern "C" const char __start_weft_test_guest[];
extern "C" const char __stop_weft_test_guest[];

namespace weft::runtime {
namespace {

using testing::ModuleBuilder;

#define GUEST \
  __attribute__((section("weft_test_guest"), noinline, no_sanitize("address", "undefined")))

// Reads the 32-bit word at the address in cells[0].
GUEST TrapCode guest_load(VMFuncRef* callee, Cell* cells) {
  const std::byte* const base = callee->vmctx->memory0->base;
  const uint64_t index = cells[0].as<uint32_t>();
  cells[0].bits = *reinterpret_cast<const volatile uint32_t*>(base + index);
  return TrapCode::none;
}
// A stray pointer: not in a linear memory, so not the guest's fault.
GUEST TrapCode guest_stray(VMFuncRef*, Cell* cells) {
  cells[0].bits = *reinterpret_cast<const volatile uint32_t*>(cells[0].bits);
  return TrapCode::none;
}
// Calls the imported function 0.
GUEST TrapCode guest_call_import(VMFuncRef* callee, Cell* cells) {
  VMFuncRef* const import = callee->vmctx->funcs[0];
  return import->array_call(import, callee->vmctx, cells, 1);
}
TrapCode return_trap(VMFuncRef*, Cell*) { return TrapCode::unreachable; }

TrapCode resolve(const FaultInfo& fault, VMStoreContext&, void*) {
  return fault.in_memory ? TrapCode::memory_out_of_bounds : TrapCode::none;
}

struct TrapExit : ::testing::Test {
  TrapExit() {
    EXPECT_TRUE(install_signal_handlers());
    register_code({reinterpret_cast<uintptr_t>(__start_weft_test_guest),
                   reinterpret_cast<uintptr_t>(__stop_weft_test_guest), resolve, nullptr});
    ModuleBuilder b;
    const uint32_t type = b.func_type({kI64}, {kI64});
    b.import_func(type);
    load_index = b.func(type, guest_load);
    stray_index = b.func(type, guest_stray);
    call_index = b.func(type, guest_call_import);
    trap_index = b.func(type, return_trap);
    b.memory(1);
    info = b.finish(*engine);
    host = &store.add_host_func(info->type_ids[type], nullptr);
    host->env = this;
    Extern import;
    import.func = &host->ref;
    instance = *store.add_instance(info, std::span(&import, 1));
    EXPECT_TRUE(instance->memory(MemoryIdx(0u)).create(nullptr));
  }
  TrapCode call(uint32_t func, uint64_t argument, uint64_t* result = nullptr) {
    Cell cell{argument};
    const TrapCode code =
        enter_guest(store, instance->func_ref(FuncIdx(func)), store.default_caller(), &cell, 1);
    if (result != nullptr) *result = cell.bits;
    return code;
  }
  std::shared_ptr<EngineState> engine = testing::make_engine();
  Store store{engine};
  std::shared_ptr<ModuleInfo> info;
  Instance* instance = nullptr;
  HostFunc* host = nullptr;
  uint32_t load_index = 0, stray_index = 0, call_index = 0, trap_index = 0;
};

TEST_F(TrapExit, FaultsBecomeTrapsWithAddressAndSize) {
  uint64_t value = 1;
  EXPECT_EQ(call(load_index, 65532, &value), TrapCode::none);
  EXPECT_EQ(value, 0u);
  for (const uint64_t address : {uint64_t{65536}, uint64_t{1} << 20, uint64_t{0xffffffff}}) {
    EXPECT_EQ(call(load_index, address), TrapCode::memory_out_of_bounds);
    const PendingTrap trap = store.take_pending();
    EXPECT_EQ(trap.record.code, TrapCode::memory_out_of_bounds);
    EXPECT_EQ(trap.record.fault_address, address);
    EXPECT_EQ(trap.record.fault_size, 65536u);
    EXPECT_EQ(Activation::newest(), nullptr);
    EXPECT_EQ(store.context().stack_limit, ~uint64_t{0});
  }
}

TEST_F(TrapExit, ManyFaultsInARowAndOnOtherThreads) {
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(call(load_index, 70000), TrapCode::memory_out_of_bounds);
  std::thread([this] {
    for (int i = 0; i < 100; ++i)
      ASSERT_EQ(call(load_index, 70000), TrapCode::memory_out_of_bounds);
  }).join();
}

TEST_F(TrapExit, NestedCallsUnwindOnlyToTheirOwnEntry) {
  host->callback = [](void* env, Caller& caller, Cell* cells) {
    auto& self = *static_cast<TrapExit*>(env);
    EXPECT_NE(Activation::newest(), nullptr);
    EXPECT_EQ(caller.instance(), self.instance);
    EXPECT_EQ(self.call(self.load_index, 65536), TrapCode::memory_out_of_bounds);
    EXPECT_EQ(self.call(self.trap_index, 0), TrapCode::unreachable);
    (void)self.store.take_pending();
    cells[0].bits = 42;
    return TrapCode::none;
  };
  uint64_t value = 0;
  EXPECT_EQ(call(call_index, 0, &value), TrapCode::none);
  EXPECT_EQ(value, 42u);
}

TEST_F(TrapExit, HostOutcomesAreCarried) {
  host->callback = [](void*, Caller& caller, Cell*) { return caller.fail("no such luck"); };
  EXPECT_EQ(call(call_index, 0), TrapCode::host_error);
  EXPECT_EQ(store.take_pending().host.message, "no such luck");
  host->callback = [](void*, Caller& caller, Cell*) { return caller.exit(3); };
  EXPECT_EQ(call(call_index, 0), TrapCode::host_error);
  const PendingTrap exit = store.take_pending();
  EXPECT_EQ(exit.host.kind, HostOutcome::Kind::exit);
  EXPECT_EQ(exit.host.exit_code, 3u);
  host->callback = [](void*, Caller& caller, Cell*) {
    return caller.raise(std::make_shared<int>(5));
  };
  EXPECT_EQ(call(call_index, 0), TrapCode::host_exception);
  EXPECT_EQ(*static_cast<int*>(store.take_pending().host.payload.get()), 5);
}

TEST_F(TrapExit, EndlessMutualRecursionOfHostAndGuestEnds) {
  host->callback = [](void* env, Caller& caller, Cell*) {
    auto& self = *static_cast<TrapExit*>(env);
    const TrapCode code = self.call(self.call_index, 0);
    return code == TrapCode::none ? code : caller.pass_on(code, self.store.take_pending());
  };
  EXPECT_EQ(call(call_index, 0), TrapCode::call_stack_exhausted);
  EXPECT_EQ(store.take_pending().record.code, TrapCode::call_stack_exhausted);
  EXPECT_EQ(store.context().stack_limit, ~uint64_t{0});
}

TEST_F(TrapExit, HooksComeInPairs) {
  std::string log;
  store.set_call_hook([&log](Store&, CallHook hook) {
    log += "wWhH"[static_cast<int>(hook)];
    return TrapCode::none;
  });
  host->callback = [](void*, Caller&, Cell*) { return TrapCode::unreachable; };
  EXPECT_EQ(call(call_index, 0), TrapCode::unreachable);
  EXPECT_EQ(call(load_index, 1u << 30), TrapCode::memory_out_of_bounds);
  EXPECT_EQ(log, "whHWwW");
  store.set_call_hook([](Store&, CallHook hook) {
    return hook == CallHook::calling_wasm ? TrapCode::interrupt : TrapCode::none;
  });
  EXPECT_EQ(call(load_index, 0), TrapCode::interrupt);
}

TEST_F(TrapExit, ForeignFaultsAreNotOurs) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // Outside of any activation, and inside guest code but outside of every memory.
  EXPECT_DEATH(*reinterpret_cast<volatile int*>(16) = 1, "");
  EXPECT_DEATH((void)call(stray_index, 16), "");
  EXPECT_DEATH(raise(SIGSEGV), "");
}

TEST(FaultHandler, PreviousHandlerGetsTheFaultUnchanged) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // In a fresh process: a handler is there before ours, and must see signal and address.
  EXPECT_EXIT(
      {
        struct sigaction mine{};
        mine.sa_flags = SA_SIGINFO;
        mine.sa_sigaction = [](int signal, siginfo_t* info, void*) {
          _exit(signal == SIGSEGV && info->si_addr == reinterpret_cast<void*>(4096) ? 77 : 1);
        };
        sigaction(SIGSEGV, &mine, nullptr);
        if (!install_signal_handlers()) _exit(2);
        *reinterpret_cast<volatile int*>(4096) = 1;
      },
      ::testing::ExitedWithCode(77), "");
}

TEST(FaultHandler, PreviousOneShotHandlerIsCalledOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // A crash reporter: says something, returns, and expects the fault to end the process then.
  EXPECT_EXIT(
      {
        struct sigaction mine{};
        mine.sa_flags = SA_SIGINFO | static_cast<int>(SA_RESETHAND);
        mine.sa_sigaction = [](int, siginfo_t*, void*) {
          static int calls = 0;
          if (++calls > 1) _exit(3);
          (void)!write(STDERR_FILENO, "reported", 8);
        };
        sigaction(SIGSEGV, &mine, nullptr);
        if (!install_signal_handlers()) _exit(2);
        *reinterpret_cast<volatile int*>(4096) = 1;
      },
      ::testing::KilledBySignal(SIGSEGV), "reported");
}

}  // namespace
}  // namespace weft::runtime
