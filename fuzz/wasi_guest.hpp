// A guest that does nothing but pass WASI calls on: every function of preview 1, called from the
// host with numbers, over one memory.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/weft.hpp"

namespace weft::fuzz {

struct WasiFunction {
  std::string_view name;
  std::string_view params;  ///< i: i32, I: i64
};
std::span<const WasiFunction> wasi_functions();

class WasiGuest {
 public:
  /// `writable` is descriptor 3, `read_only` 4.
  WasiGuest(const std::string& writable, const std::string& read_only);
  /// Calls that wait are interrupted after a moment from now on (and others, if they are slow).
  void interrupt_waits() { waits_ = true; }

  /// The errno, or -1 where the call ended in a trap (proc_exit, a deadline).
  int call(std::string_view name, std::span<const uint64_t> args);
  int call(std::string_view name, std::initializer_list<uint64_t> args) {
    return call(name, std::span(args.begin(), args.size()));
  }

  /// All 64 KiB; not moved by any call.
  std::span<uint8_t> memory() const { return memory_; }
  void put(uint32_t at, std::string_view text);
  uint32_t u32(uint32_t at) const;
  uint64_t u64(uint32_t at) const;
  void set_u32(uint32_t at, uint32_t value);

 private:
  Store store_;
  bool waits_ = false;
  std::vector<weft_func_t> functions_;  ///< In the order of wasi_functions().
  std::span<uint8_t> memory_;
};

}  // namespace weft::fuzz
