// Every pure scalar opcode over the shared case table: operands as constants, locals, computed
// values in an accumulator and in a slot; results returned, kept in a local, and passed on; in all
// configurations.
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <map>

#include "wasm/numeric_cases.hpp"
#include "world.hpp"

namespace weft::testing {
namespace {

using wasm::Op;
using wasm::SigType;

const char* name_of(SigType t) {
  switch (t) {
    case SigType::i32: return "i32";
    case SigType::i64: return "i64";
    case SigType::f32: return "f32";
    default: return "f64";
  }
}

template <class F, class B>
std::string float_text(B bits, unsigned mantissa) {
  const bool negative = (bits >> (sizeof(B) * 8 - 1)) != 0;
  const F value = std::bit_cast<F>(bits);
  char out[64];
  if (std::isnan(value)) {
    std::snprintf(out, sizeof out, "%snan:0x%" PRIx64, negative ? "-" : "",
                  uint64_t{bits} & ((uint64_t{1} << mantissa) - 1));
  } else if (std::isinf(value)) {
    std::snprintf(out, sizeof out, "%sinf", negative ? "-" : "");
  } else {
    std::snprintf(out, sizeof out, "%a", static_cast<double>(value));
  }
  return out;
}
std::string constant(SigType t, uint64_t bits) {
  std::string out = std::string(name_of(t)) + ".const ";
  switch (t) {
    case SigType::i32: return out + std::to_string(static_cast<uint32_t>(bits)) + "\n";
    case SigType::i64: return out + std::to_string(bits) + "\n";
    case SigType::f32: return out + float_text<float>(static_cast<uint32_t>(bits), 23) + "\n";
    default: return out + float_text<double>(bits, 52) + "\n";
  }
}
/// Leaves the value on top of the stack as the result of an instruction that keeps its bits.
std::string same(SigType t) {
  switch (t) {
    case SigType::i32: return "local.get $z32 i32.or\n";
    case SigType::i64: return "local.get $z64 i64.or\n";
    case SigType::f32: return "i32.reinterpret_f32 f32.reinterpret_i32\n";
    default: return "i64.reinterpret_f64 f64.reinterpret_i64\n";
  }
}
/// Overwrites every accumulator.
constexpr std::string_view kClobber =
    "local.get $z32 local.get $z32 i32.xor drop\n local.get $zf local.get $zf f32.add drop\n"
    "local.get $zd local.get $zd f64.add drop\n";

bool scalar(Op op) {
  const auto& sig = wasm::sig(op);
  if (sig.special || sig.result_count == 0) return false;
  for (unsigned i = 0; i < sig.param_count; ++i) {
    if (sig.params[i] == SigType::v128 || sig.params[i] == SigType::address) return false;
  }
  for (unsigned i = 0; i < sig.result_count; ++i) {
    if (sig.results[i] == SigType::v128) return false;
  }
  return true;
}

/// A letter per operand: C constant, L local, A computed just before, H computed before and stored.
std::vector<std::string> operand_forms(unsigned n) {
  if (n == 1) return {"C", "L", "A", "H"};
  if (n == 2) return {"LL", "LA", "AL", "AA", "HH", "LC", "AC", "CL", "CA", "CC", "HC", "CH"};
  return {std::string(n, 'C'),
          std::string(n, 'L'),
          std::string(n, 'A'),
          std::string(n, 'H'),
          "CLAL",
          "LACA"};
}

enum class Use { ret, local, pass };

std::string function(const wasm::NumericCase& row, const std::string& forms, Use use,
                     const std::string& name) {
  const auto& sig = wasm::sig(row.op);
  std::string out = "(func (export \"" + name + "\")";
  for (unsigned i = 0; i < sig.param_count; ++i)
    out += std::string(" (param ") + name_of(sig.params[i]) + ")";
  for (unsigned i = 0; i < sig.result_count; ++i)
    out += std::string(" (result ") + name_of(sig.results[i]) + ")";
  out += " (local $z32 i32) (local $z64 i64) (local $zf f32) (local $zd f64)";
  for (unsigned i = 0; i < sig.result_count; ++i)
    out += " (local $r" + std::to_string(i) + " " + name_of(sig.results[i]) + ")";
  out += "\n";
  bool clobber = false;
  for (unsigned i = 0; i < sig.param_count; ++i) {
    if (forms[i] == 'C') {
      out += constant(sig.params[i], row.args[i].low);
    } else {
      out += "local.get " + std::to_string(i) + "\n";
      if (forms[i] != 'L') out += same(sig.params[i]);
      clobber = clobber || forms[i] == 'H';
    }
  }
  if (clobber) out += kClobber;
  out += std::string(to_string(row.op)) + "\n";
  if (use == Use::local) {
    for (unsigned i = sig.result_count; i-- > 0;) out += "local.set $r" + std::to_string(i) + "\n";
    for (unsigned i = 0; i < sig.result_count; ++i)
      out += "local.get $r" + std::to_string(i) + "\n";
  } else if (use == Use::pass) {
    out += same(sig.results[sig.result_count - 1]);
  }
  return out + ")\n";
}

struct Plan {
  size_t row;
  std::string name;
};

TEST(Numeric, EveryScalarCaseInEveryForm) {
  const auto rows = wasm::numeric_cases();
  std::string wat = "(module\n";
  std::vector<Plan> plans;
  std::map<std::string, bool> made;  // functions without constants serve all rows of their opcode
  for (size_t r = 0; r < rows.size(); ++r) {
    const auto& row = rows[r];
    if (!scalar(row.op)) continue;
    for (const std::string& forms : operand_forms(wasm::sig(row.op).param_count)) {
      for (const Use use : {Use::ret, Use::local, Use::pass}) {
        const bool own = forms.find('C') != std::string::npos;
        std::string name =
            std::string(to_string(row.op)) + " " + forms + std::to_string(static_cast<int>(use));
        if (own) name += " " + std::to_string(row.line);
        if (made.emplace(name, true).second) wat += function(row, forms, use, name);
        plans.push_back({r, name});
      }
    }
  }
  wat += ")";
  ASSERT_GT(plans.size(), 10'000u);
  const Bytes bytes = assemble(wat);
  for (const Mode& mode : all_modes()) {
    SCOPED_TRACE(mode.name());
    World w(mode);
    const Instance instance = w.load(bytes);
    int failures = 0;
    for (const Plan& plan : plans) {
      const auto& row = rows[plan.row];
      std::vector<Cell> args;
      for (unsigned i = 0; i < row.arg_count; ++i) args.push_back(Cell{row.args[i].low});
      const Outcome out = w.call(w.func(instance, plan.name), args);
      const TrapCode expected = row.expect == wasm::CaseExpect::trap ? row.trap : TrapCode::none;
      bool good = out.trap == expected;
      for (unsigned i = 0; good && expected == TrapCode::none && i < row.result_count; ++i) {
        good = case_accepts(
            row, i, {out.cells[i].bits, 0});  // the whole cell: narrow values are zero-extended
      }
      if (good) continue;
      ADD_FAILURE() << plan.name << ", numeric_cases.def:" << row.line << ": trap "
                    << static_cast<int>(out.trap) << " result " << std::hex
                    << (out.cells.empty() ? 0 : out.cells[0].bits) << ", expected "
                    << row.results[0].low;
      if (++failures == 20) return;
    }
  }
}

}  // namespace
}  // namespace weft::testing
