// What can be seen of a module's calls, as lines of text.
#include "observe.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "generator.hpp"
#include "host.hpp"
#include "unfuse.hpp"
#include "wasm/traps.hpp"
#include "weft/weft.hpp"

namespace weft::fuzz {
namespace {

/// What a mode needs and keeps from module to module.
struct Lab {
  Engine engine;
  Module library;
};

Lab& lab_of(const Mode& mode) {
  static std::map<const Mode*, std::unique_ptr<Lab>> labs;
  auto& lab = labs[&mode];
  if (!lab) {
    Config config;
    config.set("signals", mode.signals)
        .set("guard_pages", mode.guard_pages)
        .set("translation", mode.translation)
        .set("gc_zeal", mode.gc_zeal)
        .set("parallelism", 1)
        .fuel(mode.fuel != 0)
        .epochs(mode.epochs);
    Engine engine = Engine::make(std::move(config)).value();
    Module module = Module::compile(engine, library()).value();
    lab = std::make_unique<Lab>(std::move(engine), std::move(module));
  }
  return *lab;
}

uint64_t fast_hash(std::span<const uint8_t> bytes) {
  std::array<uint64_t, 4> h = {1, 2, 3, 4};
  size_t i = 0;
  for (; i + 32 <= bytes.size(); i += 32) {
    for (size_t k = 0; k < 4; ++k) {
      uint64_t word = 0;
      std::memcpy(&word, bytes.data() + i + k * 8, 8);
      h[k] = (h[k] ^ word) * 0x9e3779b97f4a7c15;
      h[k] ^= h[k] >> 29;
    }
  }
  for (; i < bytes.size(); ++i) h[0] = (h[0] ^ bytes[i]) * 0x100000001b3;
  return h[0] ^ (h[1] * 3) ^ (h[2] * 5) ^ (h[3] * 7);
}

/// As zlib and PNG have it.
uint32_t crc32(std::span<const uint8_t> bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> t{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = (c & 1) != 0 ? 0xedb88320u ^ (c >> 1) : c >> 1;
      t[i] = c;
    }
    return t;
  }();
  uint32_t c = ~0u;
  for (const uint8_t b : bytes) c = table[(c ^ b) & 0xff] ^ (c >> 8);
  return ~c;
}

void append(std::string& out, const char* text) { out += text; }
/// What crosses into every engine's host.
bool is_plain(weft_valkind_t kind) { return kind <= WEFT_F64; }

/// Traps as far as other engines tell them apart.
const char* portable_name(weft_trap_code_t code) {
  switch (static_cast<wasm::TrapCode>(code)) {
    case wasm::TrapCode::unreachable: return "unreachable";
    case wasm::TrapCode::memory_out_of_bounds:
    case wasm::TrapCode::table_out_of_bounds:
    case wasm::TrapCode::undefined_element:
    case wasm::TrapCode::array_out_of_bounds:
    case wasm::TrapCode::unaligned_atomic: return "bounds";  // where both hold, either may be told
    case wasm::TrapCode::uninitialized_element:
    case wasm::TrapCode::indirect_call_type_mismatch: return "signature";
    case wasm::TrapCode::integer_divide_by_zero: return "zero";
    case wasm::TrapCode::integer_overflow:
    case wasm::TrapCode::invalid_conversion_to_integer: return "overflow";
    case wasm::TrapCode::cast_failure: return "cast";
    case wasm::TrapCode::allocation_too_large: return "size";
    case wasm::TrapCode::expected_shared_memory: return "unshared";
    case wasm::TrapCode::unhandled_exception: return "exception";
    case wasm::TrapCode::null_reference:
    case wasm::TrapCode::null_function_reference:
    case wasm::TrapCode::null_structure_reference:
    case wasm::TrapCode::null_array_reference:
    case wasm::TrapCode::null_i31_reference:
    case wasm::TrapCode::null_exception_reference: return "null";
    default: return "other";
  }
}

template <class A, class... B>
void append(std::string& out, const char* format, A first, B... rest) {
  std::array<char, 96> text{};
  const int size = std::snprintf(text.data(), text.size(), format, first, rest...);
  out.append(text.data(), std::min(static_cast<size_t>(size), text.size() - 1));
}

/// One store with one instance of the module, and what is read from it.
class Run {
 public:
  Run(const Mode& mode, bool portable, Observation& out)
      : mode_(mode),
        portable_(portable),
        out_(out),
        lab_(lab_of(mode)),
        store_(Store::make(lab_.engine).value()) {}

  bool load(std::span<const uint8_t> bytes);
  void call_all();

 private:
  struct Export {
    std::string name;
    weft_extern_t what;
    std::vector<weft_valkind_t> params;
    std::vector<weft_valkind_t> results;
  };
  bool link(const Module& module);
  void find_exports(const Module& module);
  void call(const Export& f, unsigned round);
  void value(std::string& line, const weft_val_t& v);
  void failure(std::string& line, const weft_trap_t& trap);
  void globals(std::string& line);
  void memories(unsigned round);
  void tables(std::string& line);

  const Mode& mode_;
  bool portable_;
  Observation& out_;
  Lab& lab_;
  Store store_;
  HostFunctions host_;
  std::vector<Export> funcs_, others_;
  bool ours_ = false;  ///< Made by our generator: a global says how long a call may take.
  weft_global_t steps_{};
};

bool Run::load(std::span<const uint8_t> bytes) {
  auto module = Module::compile(lab_.engine, bytes);
  if (!module) {
    out_.refused = true;
    out_.lines.push_back("refused: " + std::string(module.error().message()));
    return false;
  }
  if (!mode_.fused) unfuse(module->c_api(), mode_.fuel != 0, mode_.epochs);
  if (mode_.fuel != 0 && !store_.set_fuel(mode_.fuel)) std::abort();
  if (mode_.epochs && !store_.set_epoch_deadline(uint64_t{1} << 40)) std::abort();
  const weft_limits_t limits = {uint64_t{1} << 26, 100000, 100, 100, 100};
  store_.limits(limits);
  if (!link(*module)) return false;
  out_.linked = true;
  return true;
}

bool Run::link(const Module& module) {
  const std::unique_ptr<weft_linker_t, detail::Deleter<weft_linker_delete>> linker(
      weft_linker_new(lab_.engine.c_api()));
  bool needs_library = false;
  for (size_t i = 0; i < module.import_count(); ++i) {
    const weft_import_desc_t import = module.import(i);
    needs_library |= std::string_view(import.module.data, import.module.size) == "lib";
  }
  weft_instance_t instance{};
  weft_trap_t* trap = nullptr;
  if (needs_library) {
    if (weft_instance_new(store_.c_api(), lab_.library.c_api(), nullptr, 0, &instance, &trap) !=
            nullptr ||
        trap != nullptr ||
        weft_linker_instance(linker.get(), store_.c_api(), "lib", 3, instance) != nullptr)
      std::abort();
  }
  host_.define(linker.get(), module, portable_);
  weft_error_t* error =
      weft_linker_instantiate(linker.get(), store_.c_api(), module.c_api(), &instance, &trap);
  if (error != nullptr || trap != nullptr) {
    // Only what kind of failure: addresses differ between guard pages and checks.
    const weft_str_t text = error != nullptr ? weft_error_message(error) : weft_trap_message(trap);
    const std::string_view message(text.data, text.size);
    out_.lines.push_back("not instantiated: " + std::string(message.substr(0, message.find(':'))));
    weft_error_delete(error);
    weft_trap_delete(trap);
    return false;
  }
  for (size_t i = 0; i < module.export_count(); ++i) {
    const weft_export_desc_t e = module.export_at(i);
    Export found{std::string(e.name.data, e.name.size), {}, {}, {}};
    if (!weft_instance_export(store_.c_api(), instance, e.name.data, e.name.size, &found.what))
      std::abort();
    if (found.name == "g2") steps_ = found.what.of.global;
    if (found.what.kind != WEFT_EXTERN_FUNC) {
      others_.push_back(std::move(found));
      continue;
    }
    weft_functype_t* type = nullptr;
    if (weft_func_type(store_.c_api(), found.what.of.func, &type) != nullptr) std::abort();
    const weft_valkind_t* kinds = nullptr;
    const size_t params = weft_functype_params(type, &kinds);
    found.params.assign(kinds, kinds + params);
    const size_t results = weft_functype_results(type, &kinds);
    found.results.assign(kinds, kinds + results);
    weft_functype_delete(type);
    if (portable_ && !(std::all_of(found.params.begin(), found.params.end(), is_plain) &&
                       std::all_of(found.results.begin(), found.results.end(), is_plain)))
      continue;
    if (found.name == "cb") {
      host_.callback(found.what.of.func);
      ours_ = true;
    }
    funcs_.push_back(std::move(found));
  }
  return true;
}

void Run::value(std::string& line, const weft_val_t& v) {
  uint64_t low = 0, high = 0;
  switch (v.kind) {
    case WEFT_I32: return append(line, " i32:%d", v.of.i32);
    case WEFT_I64: return append(line, " i64:%lld", static_cast<long long>(v.of.i64));
    case WEFT_F32: {
      uint32_t bits = 0;
      std::memcpy(&bits, &v.of, 4);
      if (portable_ && v.of.f32 != v.of.f32) return append(line, " f32:nan");
      return append(line, " f32:%x", bits);
    }
    case WEFT_F64:
      std::memcpy(&low, &v.of, 8);
      if (portable_ && v.of.f64 != v.of.f64) return append(line, " f64:nan");
      return append(line, " f64:%llx", static_cast<unsigned long long>(low));
    case WEFT_V128:
      std::memcpy(&low, v.of.v128, 8);
      std::memcpy(&high, v.of.v128 + 8, 8);
      return append(line, " v128:%llx:%llx", static_cast<unsigned long long>(high),
                    static_cast<unsigned long long>(low));
    case WEFT_FUNCREF: return append(line, v.of.funcref.store == 0 ? " null" : " func");
    default: {
      weft_refshape_t shape{};
      if (v.of.ref.handle == 0) return append(line, " null");
      if (weft_error_t* e = weft_ref_shape(store_.c_api(), v.of.ref, &shape)) {
        weft_error_delete(e);
        return append(line, " ref");
      }
      return append(line, " ref%d", static_cast<int>(shape));
    }
  }
}

void Run::failure(std::string& line, const weft_trap_t& trap) {
  const weft_str_t text = weft_trap_message(&trap);
  const std::string_view message(text.data, text.size);
  const weft_trap_code_t code = weft_trap_code(&trap);
  out_.exhausted |= message.find("call stack exhausted") != std::string_view::npos;
  if (portable_) {
    append(line, " trap %s", portable_name(code));
  } else {
    // Only the phrase: which address of an access is named differs between guard pages and checks.
    line += " trap " + std::string(message.substr(0, message.find(':')));
  }
}

void Run::call(const Export& f, unsigned round) {
  if (mode_.per_call && !store_.set_fuel(mode_.fuel)) std::abort();
  if (ours_) {
    weft_val_t steps{};
    steps.of.i32 = kStepsPerCall;
    if (weft_global_set(store_.c_api(), steps_, &steps) != nullptr) std::abort();
  }
  const size_t scope = weft_scope_open(store_.c_api());
  std::vector<weft_val_t> args(f.params.size()), results(f.results.size());
  for (size_t i = 0; i < args.size(); ++i) {
    args[i] = argument(f.params[i], round, static_cast<unsigned>(i));
  }
  std::string line = f.name;
  weft_trap_t* trap = nullptr;
  if (weft_error_t* e = weft_func_call(store_.c_api(), f.what.of.func, args.data(), args.size(),
                                       results.data(), results.size(), &trap)) {
    line += " refused: " + std::string(weft_error_message(e).data, weft_error_message(e).size);
    weft_error_delete(e);
  } else if (trap != nullptr) {
    failure(line, *trap);
    weft_trap_delete(trap);
    ++out_.calls;
  } else {
    for (const weft_val_t& v : results) value(line, v);
    ++out_.calls;
  }
  globals(line);
  if (!portable_) tables(line);
  if (mode_.fuel != 0) {
    const uint64_t left = store_.fuel().value();
    out_.fuel = (mode_.per_call ? out_.fuel : 0) + (mode_.fuel - left);
    line += " fuel:" + std::to_string(left);
  }
  weft_scope_close(store_.c_api(), scope);
  out_.lines.push_back(std::move(line));
}

void Run::globals(std::string& line) {
  for (const Export& e : others_) {
    if (e.what.kind != WEFT_EXTERN_GLOBAL) continue;
    weft_val_t v{};
    if (weft_error_t* error = weft_global_get(store_.c_api(), e.what.of.global, &v)) {
      weft_error_delete(error);
      continue;
    }
    if (!portable_ || is_plain(v.kind)) value(line, v);
  }
}

void Run::tables(std::string& line) {
  for (const Export& e : others_) {
    if (e.what.kind != WEFT_EXTERN_TABLE) continue;
    uint64_t size = 0;
    if (weft_error_t* error = weft_table_size(store_.c_api(), e.what.of.table, &size)) {
      weft_error_delete(error);
      continue;
    }
    append(line, " t%llu", static_cast<unsigned long long>(size));
    for (uint64_t i = 0; i < std::min<uint64_t>(size, 16); ++i) {
      weft_val_t v{};
      if (weft_error_t* error = weft_table_get(store_.c_api(), e.what.of.table, i, &v)) {
        weft_error_delete(error);
        break;
      }
      value(line, v);
    }
  }
}

void Run::memories(unsigned round) {
  std::string line = "round " + std::to_string(round);
  for (const Export& e : others_) {
    if (e.what.kind != WEFT_EXTERN_MEMORY) continue;
    uint8_t* base = nullptr;
    uint64_t size = 0;
    if (weft_error_t* error = weft_memory_data(store_.c_api(), e.what.of.memory, &base, &size)) {
      weft_error_delete(error);
      continue;
    }
    const std::span<const uint8_t> bytes(base, static_cast<size_t>(size));
    append(line, " %llu:%llx", static_cast<unsigned long long>(size),
           portable_ ? static_cast<unsigned long long>(crc32(bytes))
                     : static_cast<unsigned long long>(fast_hash(bytes)));
  }
  out_.lines.push_back(std::move(line));
}

void Run::call_all() {
  for (unsigned round = 0; round < mode_.rounds; ++round) {
    for (const Export& f : funcs_) call(f, round);
    if (round % 2 != 0) memories(round);
  }
}

void add_hash(uint64_t& hash, const Observation& seen) {
  if (seen.exhausted) return;
  for (const std::string& line : seen.lines) {
    // SAFETY: char and uint8_t have the same representation.
    hash = hash * 31 + fast_hash({reinterpret_cast<const uint8_t*>(line.data()), line.size()});
  }
}

void print_difference(const Mode& first, const Observation& want, const Mode& mode,
                      const Observation& got) {
  for (size_t i = 0; i < std::max(want.lines.size(), got.lines.size()); ++i) {
    const std::string a = i < want.lines.size() ? want.lines[i] : "nothing";
    const std::string b = i < got.lines.size() ? got.lines[i] : "nothing";
    if (a == b) continue;
    std::fprintf(stderr, "%s: %s\n%s: %s\n", first.name, a.c_str(), mode.name, b.c_str());
    return;
  }
}

}  // namespace

Observation observe(const Mode& mode, std::span<const uint8_t> module, bool portable) {
  Observation out;
  Run run(mode, portable, out);
  if (run.load(module)) run.call_all();
  return out;
}

Verdict first_modes(std::span<const uint8_t> module, std::span<const Group> in) {
  Verdict verdict;
  for (const Group& group : in) {
    const Observation seen = observe(group.modes.front(), module);
    verdict.refused |= seen.refused;
    verdict.executions += seen.calls;
    verdict.fuel += seen.fuel;
    add_hash(verdict.hash, seen);
  }
  return verdict;
}

Verdict compare(std::span<const uint8_t> module, std::span<const Group> in) {
  Verdict verdict;
  for (const Group& group : in) {
    const Mode& first = group.modes.front();
    const Observation want = observe(first, module);
    if (want.refused) {
      std::fprintf(stderr, "%s\n", want.lines.front().c_str());
      verdict.refused = true;
    }
    add_hash(verdict.hash, want);
    if (want.exhausted) continue;
    verdict.fuel += want.fuel;
    for (const Mode& mode : group.modes.subspan(1)) {
      const Observation got = observe(mode, module);
      if (got.exhausted) continue;
      if (got.lines != want.lines && verdict.same) {
        print_difference(first, want, mode, got);
        verdict.same = false;
      }
      verdict.executions += got.calls;
    }
  }
  return verdict;
}

}  // namespace weft::fuzz
