// A store with what tests of the API need around it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <weft/weft.hpp>

namespace weft_test {

using weft::Caller;
using weft::ExnRef;
using weft::ExternRef;
using weft::Func;
using weft::Instance;
using weft::Result;
using weft::StoreRef;
using weft::Val;

struct World {
  explicit World(weft::Config config = {})
      : engine(weft::Engine::make(std::move(config)).value()),
        store(weft::Store::make(engine).value()),
        linker(engine) {}

  weft::Module compile(std::string_view wat) { return weft::Module::compile(engine, wat).value(); }
  Instance instantiate(std::string_view wat) {
    return linker.instantiate(store, compile(wat)).value();
  }
  template <class Signature>
  weft::TypedFunc<Signature> get(const Instance& i, std::string_view name) {
    return i.get<Signature>(store, name).value();
  }

  weft::Engine engine;
  weft::Store store;
  weft::Linker linker;
};

template <class T>
std::string message_of(const T& result) {
  return result.ok() ? std::string("(no error)") : std::string(result.error().message());
}

/// The code of the error, or -1 where there is none or it is a trap.
template <class T>
int code_of(const weft::Result<T>& result) {
  return result.ok() ? -1 : static_cast<int>(result.error().code());
}
template <class T>
int code_of(const weft::CallResult<T>& result) {
  return result.ok() || result.error().error() == nullptr
             ? -1
             : static_cast<int>(result.error().error()->code());
}
/// The trap's number, or -1 where there is none.
template <class T>
int trap_of(const weft::CallResult<T>& result) {
  return result.ok() || result.error().trap() == nullptr ? -1 : result.error().trap()->code();
}

// Numbers of src/wasm/traps.def, which are part of the ABI.
inline constexpr int kUnreachable = 1;
inline constexpr int kMemoryOutOfBounds = 2;
inline constexpr int kStackExhausted = 10;
inline constexpr int kAllocationTooLarge = 19;
inline constexpr int kUnhandledException = 22;
inline constexpr int kGrowthLimited = 23;

/// Counts how many of these live.
struct Counted {
  explicit Counted(int* n) : live(n) { ++*live; }
  Counted(Counted&& o) noexcept : live(o.live) { ++*live; }
  Counted(const Counted& o) : live(o.live) { ++*live; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*live; }
  int* live;
};

}  // namespace weft_test
