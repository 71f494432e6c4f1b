// Functions of the embedder, callable like any other: callback, type, finaliser; and what a
// callback sees of its caller.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

class Memory;
struct Extern;
struct PendingTrap;

/// What a host function left behind with TrapCode::host_error or host_exception; carried to the
/// embedder's call.
struct HostOutcome {
  enum class Kind : uint8_t { none, error, exit, exception };
  Kind kind = Kind::none;
  ErrorCode code = ErrorCode::host;  ///< error: unsupported where a function cannot be translated
  uint32_t exit_code = 0;  ///< exit: the guest asked for the end of the program (proc_exit)
  bool final = false;      ///< error: a call that it ends cannot be resumed
  std::string message;     ///< error
  std::shared_ptr<void>
      payload;          ///< error: the embedder's object; exception: the carried C++ exception
  Backtrace backtrace;  ///< Of an inner guest call that trapped: the deepest wins
};

/// A host function's view of the call. Lives on the native stack of the call.
class Caller {
 public:
  Caller(Store& store, Instance* instance) : store_(&store), instance_(instance) {}
  Store& store() const { return *store_; }
  /// The calling instance; null when the host itself called.
  Instance* instance() const { return instance_; }
  /// The caller's exported memory of that name, or null.
  Memory* memory(std::string_view name = "memory") const;
  bool find_export(std::string_view name, Extern& out) const;

  // Ways to end the guest's call: return what these return.
  TrapCode fail(std::string message, std::shared_ptr<void> payload = nullptr);
  TrapCode exit(uint32_t code);
  TrapCode raise(std::shared_ptr<void> exception);
  /// Passes on what ended an inner guest call, with its backtrace.
  TrapCode pass_on(TrapCode code, PendingTrap inner);

 private:
  Store* store_;
  Instance* instance_;
};

/// Parameters in `cells` from 0, results to `cells` from 0. Must not throw. May return any guest
/// trap too.
using HostCallback = TrapCode (*)(void* env, Caller& caller, Cell* cells);

/// Owned by its store.
struct HostFunc {
  HostCallback callback = nullptr;
  void* env = nullptr;
  void (*finalize)(void* env) = nullptr;  ///< Called once, when the store dies.
  VMFuncRef ref{};
  std::shared_ptr<void>
      owner;         ///< Kept as long as the store; what `env` points into, if it is shared.
  std::string name;  ///< "module.name" it was defined as, for messages; may be empty.

  HostFunc() = default;
  ~HostFunc() {
    if (finalize != nullptr) finalize(env);
  }
  HostFunc(const HostFunc&) = delete;
  HostFunc& operator=(const HostFunc&) = delete;
};

/// VMFuncRef::array_call of every host function: runs the call hooks in pairs around the callback.
TrapCode host_array_call(VMFuncRef* callee, VMContext* caller, Cell* cells, size_t capacity);

}  // namespace weft::runtime
