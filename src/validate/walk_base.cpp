#include "validate/walk_base.hpp"

#include <fmt/core.h>

#include "binary/name_section.hpp"
#include "wasm/type_text.hpp"

namespace weft::validate {
namespace {

template <class T, LebStatus (*kRead)(const uint8_t*&, const uint8_t*, T&)>
LebRead<T> read_slow(const uint8_t* p, const uint8_t* end) {
  T value = 0;
  if (kRead(p, end, value) != LebStatus::ok) return {nullptr, 0};
  return {p, value};
}

std::string list_text(std::span<const ValType> types) {
  std::string text = "[";
  for (size_t i = 0; i < types.size(); ++i) {
    if (i != 0) text += ' ';
    if (i == 8) {
      text += fmt::format("and {} more", types.size() - i);
      break;
    }
    text += to_text(types[i]);
  }
  return text + "]";
}

}  // namespace

LebRead<uint32_t> read_u32_slow(const uint8_t* p, const uint8_t* end) {
  return read_slow<uint32_t, read_leb_u32>(p, end);
}
LebRead<uint64_t> read_u64_slow(const uint8_t* p, const uint8_t* end) {
  return read_slow<uint64_t, read_leb_u64>(p, end);
}
LebRead<int32_t> read_s32_slow(const uint8_t* p, const uint8_t* end) {
  return read_slow<int32_t, read_leb_s32>(p, end);
}
LebRead<int64_t> read_s64_slow(const uint8_t* p, const uint8_t* end) {
  return read_slow<int64_t, read_leb_s64>(p, end);
}

bool WalkBase::adopt(Error error) {
  if (error_) return false;
  if (in_function_) {
    const binary::NameSection names(*m_);
    const std::string_view name = binary::function_name(*m_, names, func_idx_);
    error.message +=
        name.empty() ? fmt::format(" (function {})", func_idx_.value)
                     : fmt::format(" (function {} \"{}\")", func_idx_.value, name.substr(0, 80));
  }
  error_.emplace(std::move(error));
  return false;
}

bool WalkBase::fail_with(ErrorCode code, std::string_view phrase, std::string detail) {
  std::string text(phrase);
  if (!detail.empty()) text += ": " + detail;
  return adopt(Error(code, std::move(text), offset_of(op_at_)));
}

bool WalkBase::fail_end() {
  return malformed("unexpected end of section or function", "an instruction is cut off");
}

bool WalkBase::fail_leb_u32() {
  return read_with([](binary::Reader& r) { r.u32(); });
}
bool WalkBase::fail_leb_u64() {
  return read_with([](binary::Reader& r) { r.u64(); });
}
bool WalkBase::fail_leb_s32() {
  return read_with([](binary::Reader& r) { r.s32(); });
}
bool WalkBase::fail_leb_s64() {
  return read_with([](binary::Reader& r) { r.s64(); });
}

bool WalkBase::unknown(std::string_view what, uint64_t index) {
  return invalid(fmt::format("unknown {} {}", what, index));
}

bool WalkBase::mismatch(ValType expected, ValType found) {
  return invalid("type mismatch",
                 fmt::format("expected {}, found {}", to_text(expected), to_text(found)));
}

bool WalkBase::underflow(ValType expected) {
  return invalid("type mismatch",
                 fmt::format("expected {}, but nothing is on the stack",
                             expected.is_bottom() ? "a value" : to_text(expected)));
}

bool WalkBase::surplus(std::span<const ValType> wanted, size_t found) {
  return invalid("type mismatch",
                 fmt::format("expected {} at the end of the block, but {} values are on the stack",
                             list_text(wanted), found));
}

bool WalkBase::mismatched_lists(std::string_view what, std::span<const ValType> have,
                                std::span<const ValType> want) {
  return invalid("type mismatch",
                 fmt::format("{} {}, expected {}", what, list_text(have), list_text(want)));
}

}  // namespace weft::validate
