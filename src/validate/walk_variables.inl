// Locals without default values, globals and tables (spec 3.4.4, 3.4.10, 3.4.11). Included by
// function_walker.hpp.
#pragma once

namespace weft::validate {

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::check_local_is_set(uint32_t local, ValType type) {
  return type.defaultable() || local < state_.param_count || local_is_set_[local] ||
         invalid("uninitialized local", std::to_string(local));
}

template <class E, WalkMode kMode>
void FunctionWalker<E, kMode>::note_local_set(uint32_t local) {
  if (local_is_set_[local]) return;
  local_is_set_[local] = true;
  inits_.push_back(local);
}

template <class E, WalkMode kMode>
void FunctionWalker<E, kMode>::forget_inits(uint32_t height) {
  while (inits_.size() > height) {
    local_is_set_[inits_.back()] = false;
    inits_.pop_back();
  }
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::global_set() {
  uint32_t n = 0;
  if (!read_u32(n)) return false;
  if (kChecks && n >= visible_globals_) return unknown("global", n);
  const GlobalType& global = m_->globals[n].type;
  if (kChecks && !global.is_mutable) return invalid("immutable global", std::to_string(n));
  if (!want(global.type)) return false;
  if (emitting()) e_.global_set(n);
  drop(1);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_table(uint32_t& table) {
  return read_u32(table) && (!kChecks || table < m_->tables.size() || unknown("table", table));
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::table_access(Op op) {
  uint32_t n = 0;
  if (!read_table(n)) return false;
  const TableType& table = m_->tables[n].type;
  const ValType address = to_val_type(table.address);
  switch (op) {
    case Op::table_get:
      if (!want(address)) return false;
      replace(1, table.element, emitting() ? e_.table_get(n) : Value{});
      return true;
    case Op::table_set:
      if (!want(address, table.element)) return false;
      if (emitting()) e_.table_set(n);
      drop(2);
      return true;
    case Op::table_size: push(address, emitting() ? e_.table_size(n) : Value{}); return true;
    default:
      if (!want(table.element, address)) return false;
      replace(2, address, emitting() ? e_.table_grow(n) : Value{});
      return true;
  }
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::table_bulk(Op op) {
  Indices ix;
  switch (op) {
    case Op::elem_drop:
      if (!read_elem(ix.a)) return false;
      if (emitting()) e_.bulk(op, ix);
      return true;
    case Op::table_fill: {
      if (!read_table(ix.a)) return false;
      const TableType& t = m_->tables[ix.a].type;
      if (!want(to_val_type(t.address), t.element, to_val_type(t.address))) return false;
      break;
    }
    case Op::table_copy: {
      if (!read_table(ix.a) || !read_table(ix.b)) return false;
      const TableType& to = m_->tables[ix.a].type;
      const TableType& from = m_->tables[ix.b].type;
      if (kChecks && !m_->types.matches(from.element, to.element))
        return mismatch(to.element, from.element);
      const bool both_wide = to.address == AddressType::i64 && from.address == AddressType::i64;
      if (!want(to_val_type(to.address), to_val_type(from.address), both_wide ? kI64 : kI32))
        return false;
      break;
    }
    default: {  // table.init
      if (!read_u32(ix.a) || !read_table(ix.b)) return false;
      if (kChecks && ix.a >= m_->elems.size()) return unknown("elem segment", ix.a);
      const TableType& t = m_->tables[ix.b].type;
      if (kChecks && !m_->types.matches(m_->elems[ix.a].type, t.element)) {
        return mismatch(t.element, m_->elems[ix.a].type);
      }
      if (!want(to_val_type(t.address), kI32, kI32)) return false;
      break;
    }
  }
  if (emitting()) e_.bulk(op, ix);
  drop(3);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_elem(uint32_t& elem) {
  return read_u32(elem) && (!kChecks || elem < m_->elems.size() || unknown("elem segment", elem));
}

}  // namespace weft::validate
