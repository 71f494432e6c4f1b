// Wasm frames at the moment of a trap or of a call into the host, newest first, across host frames
// of the same store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/vmcontext.hpp"

namespace weft::runtime {

struct ModuleInfo;
class Activation;

struct BacktraceFrame {
  std::shared_ptr<const ModuleInfo> module;
  FuncIdx func;
  uint32_t offset = 0;  ///< In the module's bytes: the instruction that trapped or called.
  const Instance* instance = nullptr;  ///< As long as the instance lives.
};

/// Where the frames of one activation start: the newest frame's words.
struct FrameAnchor {
  const void* ip = nullptr;
  void* fp = nullptr;
  VMContext* vmctx = nullptr;
  void* entry_fp = nullptr;  ///< The activation's oldest frame, as the tier recorded it.
};

struct Backtrace {
  static constexpr size_t kMaxFrames = 128;  ///< The newest; deeper ones are counted only.
  std::vector<BacktraceFrame> frames;
  uint64_t omitted = 0;

  void add(const Instance& instance, FuncIdx func, uint32_t offset);
  /// `  0: 0x1a2b - module!function` per line, with ` at file:line:column` where the guest has
  /// debug information, and a line for each inlined function.
  std::string text() const;
  bool empty() const { return frames.empty(); }
};

/// A tier's walk over its frames of one activation, from `anchor` to the entry; calls out.add for
/// each.
using CollectFrames = void (*)(const FrameAnchor& anchor, Backtrace& out);

/// All wasm frames of `store` on this thread. `newest` is the innermost activation.
Backtrace capture_backtrace(const Store& store);

}  // namespace weft::runtime
