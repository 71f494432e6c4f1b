#include "wasi/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "runtime/memory.hpp"
#include "wasi/errno.hpp"
#include "wasi/guest_memory.hpp"

namespace weft::wasi {
namespace {

using runtime::Cell;
using runtime::TrapCode;

/// Names of the parameters, in order (preview1/docs.md). A colon tells how to show one: `s` a
/// string whose length is the next parameter, `u` and `U` where a u32 and a u64 is written to, `x`
/// flags, `p` another address.
struct Signature {
  std::string_view name;
  std::string_view params;
};
constexpr Signature kSignatures[] = {
    {"args_get", "argv:p argv_buf:p"},
    {"args_sizes_get", "argc:u argv_buf_size:u"},
    {"environ_get", "environ:p environ_buf:p"},
    {"environ_sizes_get", "count:u buf_size:u"},
    {"clock_res_get", "id resolution:U"},
    {"clock_time_get", "id precision time:U"},
    {"fd_advise", "fd offset len advice"},
    {"fd_allocate", "fd offset len"},
    {"fd_close", "fd"},
    {"fd_datasync", "fd"},
    {"fd_fdstat_get", "fd fdstat:p"},
    {"fd_fdstat_set_flags", "fd flags:x"},
    {"fd_fdstat_set_rights", "fd rights_base:x rights_inheriting:x"},
    {"fd_filestat_get", "fd filestat:p"},
    {"fd_filestat_set_size", "fd size"},
    {"fd_filestat_set_times", "fd atim mtim fst_flags:x"},
    {"fd_pread", "fd iovs:p iovs_len offset nread:u"},
    {"fd_prestat_get", "fd prestat:p"},
    {"fd_prestat_dir_name", "fd path:p path_len"},
    {"fd_pwrite", "fd iovs:p iovs_len offset nwritten:u"},
    {"fd_read", "fd iovs:p iovs_len nread:u"},
    {"fd_readdir", "fd buf:p buf_len cookie bufused:u"},
    {"fd_renumber", "fd to"},
    {"fd_seek", "fd offset whence newoffset:U"},
    {"fd_sync", "fd"},
    {"fd_tell", "fd offset:U"},
    {"fd_write", "fd iovs:p iovs_len nwritten:u"},
    {"path_create_directory", "fd path:s path_len"},
    {"path_filestat_get", "fd lookupflags:x path:s path_len filestat:p"},
    {"path_filestat_set_times", "fd lookupflags:x path:s path_len atim mtim fst_flags:x"},
    {"path_link", "old_fd old_flags:x old_path:s old_path_len new_fd new_path:s new_path_len"},
    {"path_open",
     "fd dirflags:x path:s path_len oflags:x rights_base:x rights_inheriting:x fdflags:x opened:u"},
    {"path_readlink", "fd path:s path_len buf:p buf_len bufused:u"},
    {"path_remove_directory", "fd path:s path_len"},
    {"path_rename", "fd old_path:s old_path_len new_fd new_path:s new_path_len"},
    {"path_symlink", "old_path:s old_path_len fd new_path:s new_path_len"},
    {"path_unlink_file", "fd path:s path_len"},
    {"poll_oneoff", "in:p out:p nsubscriptions nevents:u"},
    {"proc_exit", "rval"},
    {"proc_raise", "sig"},
    {"sched_yield", ""},
    {"random_get", "buf:p buf_len"},
    {"sock_accept", "fd flags:x accepted:u"},
    {"sock_recv", "fd ri_data:p ri_data_len ri_flags:x ro_datalen:u ro_flags:p"},
    {"sock_send", "fd si_data:p si_data_len si_flags:x so_datalen:u"},
    {"sock_shutdown", "fd how:x"},
};

constexpr std::string_view kModules[] = {"wasi_snapshot_preview1.", "wasi_unstable."};

/// The name without its module, if that is WASI's; else empty.
std::string_view wasi_name(std::string_view name) {
  for (const std::string_view module : kModules) {
    if (name.starts_with(module)) return name.substr(module.size());
  }
  return {};
}

/// Null also where the embedder has given the name to a function of another shape.
const Signature* find_signature(std::string_view name, const runtime::CanonicalType& type) {
  const auto* const at = std::ranges::find(kSignatures, name, &Signature::name);
  if (at == std::end(kSignatures)) return nullptr;
  const auto is_integer = [](wasm::ValType t) { return t == wasm::kI32 || t == wasm::kI64; };
  const auto words = static_cast<size_t>(std::ranges::count(at->params, ' ')) + 1;
  const bool fits = type.params.size() == (at->params.empty() ? 0 : words) &&
                    type.results.size() <= 1 && std::ranges::all_of(type.params, is_integer) &&
                    std::ranges::all_of(type.results, is_integer);
  return fits ? at : nullptr;
}

constexpr size_t kLongest = 200;  // of a text that is shown

/// What could steer a terminal is escaped, and long strings are cut.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view dots(std::string_view text) { return text.size() > kLongest ? "..." : ""; }
std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"{}", escaped(text), dots(text));
}
std::string harmless(std::string_view text) { return escaped(text) + std::string(dots(text)); }

GuestMemory memory_of(const runtime::Caller& caller) {
  const runtime::Memory* const memory = caller.memory();
  if (memory == nullptr) return GuestMemory({});
  return GuestMemory({memory->base, memory->pages() << memory->type().page_log2});
}

template <class T>
std::string written(const GuestMemory& memory, uint32_t pointer) {
  T value{};
  if (!memory.read(pointer, value)) return " -> ?";
  return fmt::format(" -> {}", value);
}

std::string argument(const engine::HostCall& call, size_t i, char kind, const GuestMemory& memory,
                     bool done) {
  const Cell cell = call.args[i];
  const bool wide = call.type.params[i] == wasm::kI64;
  const auto word = cell.as<uint32_t>();
  switch (kind) {
    case 'x': return fmt::format("{:#x}", wide ? cell.bits : word);
    case 'p': return fmt::format("{:#x}", word);
    case 'u':
      return fmt::format("{:#x}", word) + (done ? written<uint32_t>(memory, word) : std::string());
    case 'U':
      return fmt::format("{:#x}", word) + (done ? written<uint64_t>(memory, word) : std::string());
    case 's': {
      const uint32_t length = i + 1 < call.args.size() ? call.args[i + 1].as<uint32_t>() : 0;
      if (!memory.contains(word, length)) return fmt::format("{:#x}", word);
      return quoted({reinterpret_cast<const char*>(memory.at(word)), length});
    }
    default:
      return wide ? fmt::format("{}", cell.as<int64_t>()) : fmt::format("{}", cell.as<int32_t>());
  }
}

std::string describe_wasi(const engine::HostCall& call, const Signature& signature) {
  const GuestMemory memory = memory_of(call.caller);
  const bool done = call.outcome == TrapCode::none &&
                    (call.type.results.empty() || call.results[0].as<uint32_t>() == 0);
  std::string out(signature.name);
  out += '(';
  std::string_view rest = signature.params;
  for (size_t i = 0; i < call.args.size(); ++i) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    const size_t colon = word.find(':');
    const char kind = colon == std::string_view::npos ? 'd' : word[colon + 1];
    if (i != 0) out += ", ";
    out += word.substr(0, colon);
    out += ": ";
    out += argument(call, i, kind, memory, done);
  }
  return out + ")";
}

std::string value(wasm::ValType type, const Cell* cell) {
  switch (type.kind()) {
    case wasm::ValType::Kind::i32: return fmt::format("i32 {}", cell->as<int32_t>());
    case wasm::ValType::Kind::i64: return fmt::format("i64 {}", cell->as<int64_t>());
    case wasm::ValType::Kind::f32: return fmt::format("f32 {}", cell->as<float>());
    case wasm::ValType::Kind::f64: return fmt::format("f64 {}", cell->as<double>());
    case wasm::ValType::Kind::v128:
      return fmt::format("v128 {:#018x} {:#018x}", cell[0].bits, cell[1].bits);
    default: return cell->bits == 0 ? "null" : "ref";
  }
}

std::string values(std::span<const wasm::ValType> types, const Cell* cells) {
  std::string out;
  for (const wasm::ValType type : types) {
    if (!out.empty()) out += ", ";
    out += value(type, cells);
    cells += type.cells();
  }
  return out;
}

std::string outcome_of(const engine::HostCall& call, bool wasi) {
  if (call.outcome == TrapCode::none) {
    if (call.type.results.empty()) return {};
    if (wasi)
      return " = " + std::string(to_string(static_cast<Errno>(call.results[0].as<uint16_t>())));
    return " = " + values(call.type.results, call.results);
  }
  const runtime::HostOutcome& host = call.caller.store().pending().host;
  switch (host.kind) {
    case runtime::HostOutcome::Kind::exit: return fmt::format(" = exit {}", host.exit_code);
    case runtime::HostOutcome::Kind::exception: return " = exception";
    case runtime::HostOutcome::Kind::error: return " = error: " + harmless(host.message);
    case runtime::HostOutcome::Kind::none: break;
  }
  return " = trap: " + std::string(wasm::to_string(call.outcome));
}

}  // namespace

bool is_wasi_call(const engine::HostCall& call) { return !wasi_name(call.name).empty(); }

std::string describe_call(const engine::HostCall& call) {
  const std::string_view name = wasi_name(call.name);
  const Signature* const signature = name.empty() ? nullptr : find_signature(name, call.type);
  if (signature != nullptr) return describe_wasi(call, *signature) + outcome_of(call, true);
  return harmless(call.name) + "(" + values(call.type.params, call.args.data()) + ")" +
         outcome_of(call, false);
}

}  // namespace weft::wasi
