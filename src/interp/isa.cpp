// Tables expanded from isa.def: names and layouts, handler addresses, compares and their branches.
#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "base/wrapping.hpp"
#include "interp/code_map.hpp"
#include "interp/compare_rows.hpp"
#include "interp/handler_families.hpp"
#include "interp/sequences.hpp"
#include "platform/cpu.hpp"

namespace weft::interp {
namespace {

// Name and fields of every instruction, one after the other: an array of string_views would be
// twice as long, and relocated at each start. Twins share theirs.
constexpr char kTexts[] =
#define WEFT_PAIR(id, name, fields, bytes) name ".t\0" fields "\0"
#define WEFT_ROW(id, name, fields, bytes) name "\0" fields "\0"
#include "interp/isa_rows.inc"
    ;
constexpr std::array<uint8_t, kCodeCount> kBytes = {
#define WEFT_ROW(id, name, fields, bytes) bytes,
#include "interp/isa_rows.inc"
};
constexpr std::string_view kTwin = ".t";  // how the name of one that does not store ends
/// Where each one's name is in kTexts, doubled; odd: without kTwin.
constexpr std::array<uint32_t, kCodeCount> kTextAt = [] {
  std::array<uint32_t, kCodeCount> at{};
  uint32_t position = 0;
  size_t code = 0;
#define WEFT_PAIR(id, name, fields, bytes) \
  at[code++] = position * 2 + 1;           \
  at[code++] = position * 2;               \
  position += sizeof(name) + kTwin.size() + sizeof(fields);
#define WEFT_ROW(id, name, fields, bytes) \
  at[code++] = position * 2;              \
  position += sizeof(name) + sizeof(fields);
#include "interp/isa_rows.inc"
  return at;
}();

/// Integer compares have their opposite as a branch of its own, floats as the branch with the other
/// sense.
struct Compares {
  std::array<CompareRow, 64> rows;       ///< [0]: not a compare
  std::array<uint8_t, kCodeCount> of{};  ///< Of each instruction, its row.
};
constexpr Compares kCompares = [] {
  Compares out;
  out.rows.fill(CompareRow{});
  uint8_t count = 0;
  const auto put = [&out, &count](Code compare, Code branch, Code branch_not, uint8_t imm_bytes,
                                  unsigned forms) {
    out.rows[++count] = {compare, branch, branch_not, imm_bytes};
    for (unsigned form = 0; form < forms; ++form)
      out.of[static_cast<size_t>(compare) + 2 * form] = count;
  };
#define WEFT_INT(t, w, a, b)                                                         \
  put(Code::t##_##a##_ss_r, Code::br_##t##_##a##_ss, Code::br_##t##_##b##_ss, w, 4); \
  put(Code::t##_##b##_ss_r, Code::br_##t##_##b##_ss, Code::br_##t##_##a##_ss, w, 4);
#define WEFT_INTS(t, w)      \
  WEFT_INT(t, w, eq, ne)     \
  WEFT_INT(t, w, lt_s, ge_s) \
  WEFT_INT(t, w, lt_u, ge_u) WEFT_INT(t, w, gt_s, le_s) WEFT_INT(t, w, gt_u, le_u)
  WEFT_INTS(i32, 4)
  WEFT_INTS(i64, 8)
  put(Code::i32_and_ss_r, Code::br_i32_test_ss, Code::br_i32_testz_ss, 4, 4);
#define WEFT_BR4(w, op)
#define WEFT_BRF(w, op) put(Code::op##_ss_r, Code::br_##op##_ss, Code::brnot_##op##_ss, w, 5);
#include "interp/isa_branch.def"
#undef WEFT_BR4
#undef WEFT_BRF
#undef WEFT_INT
#undef WEFT_INTS
  return out;
}();

constexpr bool begins_before(const Sequence& a, const Sequence& b) {
  return a.parts[0] != b.parts[0] ? a.parts[0] < b.parts[0] : a.count > b.count;
}
constexpr size_t kSequenceCount = 0
#define WEFT_SEQUENCE(...) +1
#include "interp/isa_sequences.def"
#undef WEFT_SEQUENCE
    ;
static_assert(kSequenceCount <= kMaxSequences);
/// In the order of their first instruction, longest first.
constexpr std::array<Sequence, kSequenceCount> kSequences = [] {
  using enum Code;
  constexpr auto kCount = [](auto... parts) { return static_cast<uint32_t>(sizeof...(parts)); };
  std::array<Sequence, kSequenceCount> rows{{
#define WEFT_SEQUENCE(...) Sequence{{__VA_ARGS__}, kCount(__VA_ARGS__), 0},
#include "interp/isa_sequences.def"
#undef WEFT_SEQUENCE
  }};
  uint32_t row = 0;
  for (Sequence& sequence : rows) sequence.row = row++;
  std::sort(rows.begin(), rows.end(), begins_before);
  return rows;
}();
/// Those with the same first instruction: a number per code, not 0 if there are some, and where
/// they lie.
struct SequenceRange {
  uint16_t begin = 0;
  uint16_t end = 0;
};
struct SequenceGroups {
  std::array<SequenceRange, 256> ranges{};
  std::array<uint8_t, kCodeCount> of{};
};
constexpr SequenceGroups kGroups = [] {
  SequenceGroups out;
  uint8_t count = 0;
  for (uint16_t i = 0; i < kSequenceCount; ++i) {
    uint8_t& group = out.of[static_cast<size_t>(kSequences[i].parts[0])];
    if (group == 0) {
      group = ++count;
      out.ranges[group].begin = i;
    }
    out.ranges[group].end = static_cast<uint16_t>(i + 1);
  }
  return out;
}();
// No number was given twice.
static_assert(kGroups.ranges[kGroups.of[static_cast<size_t>(kSequences[0].parts[0])]].begin == 0);

void enter(HandlerTable& table, const HandlerRow* row) {
  for (; row->place != HandlerRow::kEnd; ++row) {
    // SAFETY: the assembler wrote the distance from this row, so the sum is the handler's address.
    const HandlerWord word = wrapping_add(reinterpret_cast<uintptr_t>(row),
                                          static_cast<uintptr_t>(intptr_t{row->distance}));
    const size_t place = row->place;
    (place < kCodeCount ? table.word[place] : table.sequence[place - kCodeCount]) = word;
  }
}

void enter_simd(HandlerTable& table) {
  enter(table, weft_handlers_simd_general);
#if defined(__x86_64__)
  if (platform::cpu_has_sse42()) {
    enter(table, weft_handlers_simd_narrow_v2);
    enter(table, weft_handlers_simd_wide_v2);
    enter(table, weft_handlers_simd_misc_v2);
    if (platform::cpu_has_fma()) {
      enter(table, weft_handlers_simd_native_v3);
    } else {
      enter(table, weft_handlers_simd_native_v2);
    }
    return;
  }
#endif
  enter(table, weft_handlers_simd_narrow);
  enter(table, weft_handlers_simd_wide);
  enter(table, weft_handlers_simd_misc);
  enter(table, weft_handlers_simd_native);
}

void enter_common(HandlerTable& table) {
  enter(table, weft_handlers_i32);
  enter(table, weft_handlers_i64);
  enter(table, weft_handlers_float);
  enter(table, weft_handlers_convert);
  enter(table, weft_handlers_branch_int);
  enter(table, weft_handlers_branch_float);
  enter(table, weft_handlers_control);
  enter(table, weft_handlers_call);
  enter(table, weft_handlers_bulk);
  enter(table, weft_handlers_gc);
  enter(table, weft_handlers_exception);
  enter(table, weft_handlers_atomic);
  enter(table, weft_handlers_memory_check);
  enter(table, weft_handlers_fused);
  enter_simd(table);
}

// One for each kind of memory, made when it is first asked for: a process mostly needs one of them.
// In .bss, so that nothing writes zeros first; immutable afterwards.
constinit HandlerTable g_guarded{};
constinit HandlerTable g_checked{};

const HandlerTable& guarded() {
  static const bool kMade = [] {
    enter_common(g_guarded);
    enter(g_guarded, weft_handlers_memory_guarded);
    enter(g_guarded, weft_handlers_load_op_guarded);
    enter(g_guarded, weft_handlers_simd_memory_guarded);
    enter(g_guarded, weft_handlers_sequences);
    return true;
  }();
  static_cast<void>(kMade);
  return g_guarded;
}

const HandlerTable& checked() {
  static const bool kMade = [] {
    enter_common(g_checked);
    enter(g_checked, weft_handlers_memory_checked);
    enter(g_checked, weft_handlers_load_op_checked);
    enter(g_checked, weft_handlers_simd_memory_checked);
    return true;
  }();
  static_cast<void>(kMade);
  return g_checked;
}

/// Made when first asked for: most runs never are, and it takes longer than all the rest.
const std::unordered_map<HandlerWord, Code>& codes() {
  static const std::unordered_map<HandlerWord, Code> kCodes = [] {
    std::unordered_map<HandlerWord, Code> map;
    for (const HandlerTable* table : {&guarded(), &checked()}) {
      for (size_t i = 0; i < kCodeCount; ++i) map.emplace(table->word[i], static_cast<Code>(i));
      for (const Sequence& s : kSequences) map.emplace(table->sequence[s.row], s.parts[0]);
    }
    return map;
  }();
  return kCodes;
}

}  // namespace

CodeInfo info(Code code) {
  const uint32_t at = kTextAt[static_cast<size_t>(code)];
  std::string_view name(&kTexts[at / 2]);
  const std::string_view fields(name.data() + name.size() + 1);
  if (at % 2 != 0) name.remove_suffix(kTwin.size());
  return {name, fields, bytes_of(code)};
}
uint8_t bytes_of(Code code) { return kBytes[static_cast<size_t>(code)]; }
const HandlerTable& handlers(bool is_checked) { return is_checked ? checked() : guarded(); }
Code code_of_handler(HandlerWord word) {
  const auto found = codes().find(word);
  return found == codes().end() ? Code::count_ : found->second;
}
const CompareRow& compare_row(Code code) {
  return kCompares.rows[kCompares.of[static_cast<size_t>(code)]];
}
std::span<const Sequence> sequences() { return kSequences; }
std::span<const Sequence> sequences_from(Code code) {
  const SequenceRange range = kGroups.ranges[kGroups.of[static_cast<size_t>(code)]];
  return std::span(kSequences).subspan(range.begin, static_cast<size_t>(range.end - range.begin));
}
bool is_transient(Code code) { return info(code).name.ends_with(kTwin); }

// SAFETY: an instruction is its handler's word, so the table's entry is code for one that has no
// operands.
const std::byte* translate_entry() {
  return reinterpret_cast<const std::byte*>(&guarded().word[static_cast<size_t>(Code::translate)]);
}
const std::byte* exit_entry() {
  return reinterpret_cast<const std::byte*>(&guarded().word[static_cast<size_t>(Code::exit_)]);
}

}  // namespace weft::interp
