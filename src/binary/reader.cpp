#include "binary/reader.hpp"

#include <fmt/core.h>

#include "base/utf8.hpp"
#include "wasm/limits.hpp"

namespace weft::binary {

void Reader::fail_at(uint32_t at, std::string_view phrase, std::string_view detail,
                     ErrorCode code) {
  if (error_) return;
  std::string text(phrase);
  if (!detail.empty()) {
    text += ": ";
    text += detail;
  }
  error_.emplace(code, std::move(text), at);
  end_ = at_;  // nothing more is read
}

void Reader::fail_leb(LebStatus status) {
  if (status == LebStatus::truncated) return fail_end();
  fail(to_string(status));
}

uint32_t Reader::count(uint32_t limit, std::string_view what) {
  const uint32_t at = offset();
  const uint32_t n = u32();
  if (n > left()) {
    fail_at(at, "length out of bounds", fmt::format("{} {} in {} bytes", n, what, left()));
    return 0;
  }
  if (n > limit) {
    fail_at(at, "limit exceeded", fmt::format("{} {}, at most {} are supported", n, what, limit),
            ErrorCode::limit_exceeded);
    return 0;
  }
  return n;
}

std::span<const std::byte> Reader::byte_vec() {
  const uint32_t at = offset();
  const uint32_t n = u32();
  if (n > left()) {
    fail_at(at, "length out of bounds", fmt::format("{} bytes, {} are left", n, left()));
    return {};
  }
  const uint8_t* p = skip(n);
  // SAFETY: the same bytes seen as std::byte, which may alias anything.
  return {reinterpret_cast<const std::byte*>(p), n};
}

std::string_view Reader::name() {
  const uint32_t at = offset();
  const auto bytes = byte_vec();
  // SAFETY: bytes seen as char, which may alias anything.
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() > wasm::limits::kNameBytes) {
    fail_at(at, "limit exceeded",
            fmt::format("a name of {} bytes, at most {} are supported", text.size(),
                        wasm::limits::kNameBytes),
            ErrorCode::limit_exceeded);
    return {};
  }
  if (!is_valid_utf8(text)) {
    fail_at(at, "malformed UTF-8 encoding");
    return {};
  }
  return text;
}

}  // namespace weft::binary
