// Globals (spec 4.2.9): sixteen bytes shared by address between the instances that import them.
#pragma once

#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// Owned by its store (standalone) or by its instance's tail. Used by the store's thread.
class Global : public VMGlobal {
 public:
  /// `type.type` is in canonical types.
  Global(Store& store, const GlobalType& type) : VMGlobal{}, type_(type), store_(&store) {}

  const GlobalType& type() const { return type_; }
  Store& store() const { return *store_; }
  static Global& from(VMGlobal* g) {
    return *static_cast<Global*>(g);
  }  // SAFETY: every VMGlobal is a Global

 private:
  GlobalType type_;
  Store* store_;
};

/// Tags have no state but their identity and type.
struct Tag {
  TypeId type;
  Store* store;
};

}  // namespace weft::runtime
