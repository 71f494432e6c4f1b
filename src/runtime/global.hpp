// Globals (spec 4.2.9): sixteen bytes shared by address between the instances that import them.
#pragma once

#include "runtime/item_table.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// Owned by its store (standalone) or by its instance's tail. Used by the store's thread.
class Global : public VMGlobal {
 public:
  /// `type.type` is in canonical types.
  Global(const GlobalType& type, ItemId id) : VMGlobal{}, type_(type), id_(id) {}

  const GlobalType& type() const { return type_; }
  ItemId id() const { return id_; }
  static Global& from(VMGlobal* g) {
    return *static_cast<Global*>(g);
  }  // SAFETY: every VMGlobal is a Global

 private:
  GlobalType type_;
  ItemId id_;
};
static_assert(sizeof(Global) == 32);

/// Tags have no state but their identity and type.
struct Tag {
  TypeId type;
  ItemId id;
};

}  // namespace weft::runtime
