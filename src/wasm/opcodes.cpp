#include "wasm/opcodes.hpp"

#include "base/wrapping.hpp"

namespace weft::wasm {
namespace {

constexpr size_t kBuckets = 2048;  // a power of two; under 30 % full, so probes are short

WEFT_WRAPS constexpr uint32_t hash_text(std::string_view text) {
  uint32_t h = 2166136261u;  // FNV-1a
  for (char c : text) h = (h ^ static_cast<uint8_t>(c)) * 16777619u;
  return (h ^ (h >> 15)) & (kBuckets - 1);
}

/// Open addressing, made at compile time. The first row of a repeated text wins.
constexpr std::array<Op, kBuckets> kByText = [] {
  std::array<Op, kBuckets> table{};
  for (Op& op : table) op = Op::invalid_;
  for (size_t i = 0; i < kOpCount; ++i) {
    const Op op = static_cast<Op>(i);
    uint32_t at = hash_text(to_string(op));
    while (table[at] != Op::invalid_ && to_string(table[at]) != to_string(op)) {
      at = (at + 1) & (kBuckets - 1);
    }
    if (table[at] == Op::invalid_) table[at] = op;
  }
  return table;
}();

}  // namespace

Op op_from_text(std::string_view text) {
  for (uint32_t at = hash_text(text);; at = (at + 1) & (kBuckets - 1)) {
    const Op op = kByText[at];
    if (op == Op::invalid_ || to_string(op) == text) return op;
  }
}

}  // namespace weft::wasm
