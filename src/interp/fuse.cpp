// Fusions: an operator absorbs the instruction that has just made its operand. Which ones: ADR 0008.
#include "interp/emitter.hpp"

namespace weft::interp {

std::optional<Value> InterpEmitter::fuse_unary(Op) { return std::nullopt; }
std::optional<Value> InterpEmitter::fuse_binary(Op) { return std::nullopt; }

/// address = x + y of the instruction before: its two slots become the load's.
std::optional<Value> InterpEmitter::fuse_load(Code base, Class cls, MemArg m) {
  const Operand& addr = state_->operands.back();
  if (!fusing() || !made_by_last(addr, Class::i) || last().code != Code::i32_add_ss_r || m.offset > 0xffff) {
    return std::nullopt;
  }
  const uint32_t x = get16(last().pos, 10);
  const uint32_t y = get16(last().pos, 12);
  rewind();
  const uint32_t at = emit(base + 6);
  put16(at, 10, x);
  put16(at, 12, y);
  put16(at, 14, static_cast<uint32_t>(m.offset));
  return produce(cls, at, addr.cell);
}
/// The same for a store whose value needs no instruction of its own.
bool InterpEmitter::fuse_store(Code base, Code, MemArg m) {
  const auto top = state_->top(2);
  if (!fusing() || !made_by_last(top[0], Class::i) || last().code != Code::i32_add_ss_r || m.offset > 0xffff) return false;
  if (top[1].value.kind != Value::Kind::local) return false;
  const uint32_t value = slot_of(top[1]);
  if (value > 0xffff) return false;
  const uint32_t x = get16(last().pos, 10);
  const uint32_t y = get16(last().pos, 12);
  rewind();
  const uint32_t at = emit(base + 3);
  put16(at, 8, x);
  put16(at, 10, y);
  put16(at, 12, value);
  put16(at, 14, static_cast<uint32_t>(m.offset));
  return true;
}

}  // namespace weft::interp
