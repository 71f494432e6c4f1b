// What the interpreter executes: instruction codes, the code of a function, frames. ADR 0008, 0014.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/wrapping.hpp"
#include "interp/catch_table.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::interp {

using namespace runtime;  // NOLINT: cells and contexts are what everything here is about

enum class Code : uint16_t {
#define WEFT_ROW(id, name, fields, bytes) id,
#include "interp/isa_rows.inc"
  count_,
};
inline constexpr size_t kCodeCount = static_cast<size_t>(Code::count_);
WEFT_WRAPS constexpr Code operator+(Code c, unsigned n) {
  return static_cast<Code>(static_cast<unsigned>(c) + n);
}

/// `fields`: operands as letter and byte offset (d, s slot; w, q immediate; j jump; n number; h
/// byte offset from fp; f function; t branch table; o 16-bit number; v 128-bit immediate).
struct CodeInfo {
  std::string_view name;
  std::string_view fields;
  uint8_t bytes;
};
CodeInfo info(Code code);
/// info(code).bytes, quicker.
uint8_t bytes_of(Code code);

/// A handler as data; its true type is known where it is called (dispatch.hpp).
using HandlerWord = uint64_t;

/// Room for isa_sequences.def, which only few files depend on.
inline constexpr size_t kMaxSequences = 512;

/// Handler addresses by Code: [0] memory 0 has guard pages, [1] explicit checks.
struct HandlerTable {
  HandlerWord word[kCodeCount];
  HandlerWord sequence[kMaxSequences];  ///< By row of isa_sequences.def (sequences.hpp).
};
const HandlerTable& handlers(bool checked);
/// The instruction with this handler, in either table; of a sequence, the first. Code::count_ if
/// there is none. For disassembly and rare cases.
Code code_of_handler(HandlerWord word);

/// Cells of a frame's header, behind the parameters: return ip, caller's fp, caller's vmctx.
inline constexpr uint32_t kHeaderCells = 3;

class ModuleCode;

/// Code of one function, shared by all instances of its module. `entry` is what calls jump to: at
/// first a shared instruction that translates. Readers need no lock: what they use is written
/// before `entry` is published.
struct FuncCode {
  std::atomic<const std::byte*> entry{nullptr};
  std::atomic<uint32_t> frame_bytes{0};  ///< Whole frame from fp, for the one limit check per call.
  uint32_t param_cells = 0;
  uint32_t result_cells = 0;
  uint32_t index = 0;  ///< FuncIdx
  ModuleCode* module = nullptr;
  std::unique_ptr<uint64_t[]> words;  ///< Null until translated.
  uint32_t word_count = 0;
  uint32_t start_word = 0;  ///< Where calls enter: not at `enter` if there is nothing to zero.
  uint32_t home_slot = 0;   ///< Slot of operand cell 0.
  std::unique_ptr<CatchTable> catches;  ///< Null: nothing is caught here.
  std::vector<uint8_t>
      offsets;  ///< Delta coded map from bytecode to the module's bytes (offsets.hpp).
};

}  // namespace weft::interp
