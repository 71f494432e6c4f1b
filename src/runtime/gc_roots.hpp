// What a store keeps alive: the roots of its heap, precise where they are typed, conservative for
// stacks. ADR 0010.
#pragma once

#include "runtime/heap.hpp"

namespace weft::runtime {

class Store;
class Instance;
class Table;

class StoreRoots final : public HeapOwner {
 public:
  explicit StoreRoots(Store& store) : store_(store) {}
  GrowthAnswer may_grow_heap(uint64_t current, uint64_t desired) override;
  void visit_roots(Marker& marker) override;
  void visit_excepted(Marker& marker) override;
  /// While set, visit_roots leaves this instance out.
  Instance* excepted = nullptr;
  const TypeRegistry& types() const override;
  bool finalizers_wait() override;
  Result<HeapSpace> take_space() override;
  void give_space(HeapSpace space) noexcept override;

 private:
  void visit_instance(Marker& marker, Instance& instance);
  void visit_table(Marker& marker, const Table& table);
  void visit_native_stack(Marker& marker);
  bool holds_objects(ValType type) const;

  Store& store_;
};

}  // namespace weft::runtime
