// The host's side of generated modules: their arguments and the functions they import.
#pragma once

#include "weft/weft.hpp"

namespace weft::fuzz {

/// Parameter `index` in round `round`; fuzz/engines.py's helpers give the same.
weft_val_t argument(weft_valkind_t kind, unsigned round, unsigned index);

/// "host" "f" and "check" of our own modules; for others, functions that return zeros.
class HostFunctions {
 public:
  /// Must outlive what is instantiated with the linker. `portable`: check never fails.
  void define(weft_linker_t* linker, const Module& module, bool portable);
  /// What "f" calls.
  void callback(weft_func_t f) { callback_ = f, has_callback_ = true; }

 private:
  static weft_error_t* call_f(void* self, weft_caller_t* caller, weft_raw_t* cells, size_t);
  static weft_error_t* call_check(void* self, weft_caller_t* caller, weft_raw_t* cells, size_t);

  weft_func_t callback_{};
  bool has_callback_ = false;
  bool fails_ = false;
};

}  // namespace weft::fuzz
