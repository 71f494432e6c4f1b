// Bytes of the binary format (spec 5.2, 5.5): numbers, sections, vectors. No checks: what is
// written is the caller's.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace weft::fuzz {

struct Writer {
  std::vector<uint8_t> out;

  void byte(unsigned b) { out.push_back(static_cast<uint8_t>(b)); }
  void raw(std::initializer_list<unsigned> bytes) {
    for (const unsigned b : bytes) byte(b);
  }
  void raw(std::span<const uint8_t> bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }
  void u(uint64_t v) {
    for (; v >= 0x80; v >>= 7) byte(static_cast<unsigned>(v & 0x7f) | 0x80);
    byte(static_cast<unsigned>(v));
  }
  void s(int64_t v) {
    for (; v < -64 || v > 63; v >>= 7) byte(static_cast<unsigned>(v & 0x7f) | 0x80);
    byte(static_cast<unsigned>(v & 0x7f));
  }
  void name(std::string_view text) {
    u(text.size());
    for (const char c : text) byte(static_cast<uint8_t>(c));
  }
  void section(unsigned id, const Writer& body) {
    byte(id);
    u(body.out.size());
    raw(body.out);
  }
};

}  // namespace weft::fuzz
