// The heap against models: random graphs, reuse of memory, marking limits, finalizers, roots,
// growth limits.
#include "runtime/heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "runtime/testing.hpp"

namespace weft::runtime {
namespace {

/// Types of the tests: a node of two references and a number, an array of references, an array of
/// bytes.
struct Types {
  TypeRegistry registry;
  TypeId node, refs, bytes, mixed;

  Types() {
    TypeList list;
    const auto define = [&](CompositeKind kind, std::vector<ValType> fields) {
      list.begin_group();
      list.begin_type(kind, true, std::nullopt);
      for (ValType v : fields) list.add_field({v, true});
      list.finish_group();
    };
    define(CompositeKind::struct_, {kAnyRef, kI32, kAnyRef});
    define(CompositeKind::array, {kAnyRef});
    define(CompositeKind::array, {kI8});
    define(CompositeKind::struct_, {kI8, kI64, kI16, kFuncRef, kExternRef, kV128, kI8});
    const auto ids = registry.intern(list).value();
    node = ids[0], refs = ids[1], bytes = ids[2], mixed = ids[3];
  }
};

struct Owner : HeapOwner {
  Types types_;
  std::set<Ref> roots;
  uint64_t limit = ~uint64_t{0};
  GrowthAnswer refusal = GrowthAnswer::refuse;

  GrowthAnswer may_grow_heap(uint64_t, uint64_t desired) override {
    return desired <= limit ? GrowthAnswer::allow : refusal;
  }
  void visit_roots(Marker& marker) override {
    for (const Ref r : roots) marker.root(r);
  }
  const TypeRegistry& types() const override { return types_.registry; }
};

struct HeapTest : ::testing::Test {
  Owner owner;
  VMHeapArea area{};

  Ref new_node(Heap& heap, Ref left, uint32_t value, Ref right) {
    const StructLayout& layout = heap.layouts().of(owner.types_.node);
    const Ref r = heap.allocate(layout.header_word, layout.bytes, layout.bytes);
    if (r != kNullRef) {
      set(heap, r, 8, left);
      set(heap, r, 12, value);
      set(heap, r, 16, right);
    }
    return r;
  }
  Ref new_array(Heap& heap, TypeId type, uint32_t length, uint32_t log2, bool refs) {
    const uint64_t bytes = ObjectHeader::array_bytes(length, log2);
    const Ref r =
        heap.allocate(ObjectHeader::make(ObjectKind::array, type.value, refs, log2), length, bytes);
    if (r != kNullRef) std::memset(heap.at(r) + 8, 0, size_t{length} << log2);
    return r;
  }
  static void set(Heap& heap, Ref r, size_t offset, uint32_t v) {
    std::memcpy(heap.at(r) + offset, &v, 4);
  }
  static uint32_t get(Heap& heap, Ref r, size_t offset) {
    uint32_t v;
    std::memcpy(&v, heap.at(r) + offset, 4);
    return v;
  }
  static std::set<Ref> objects(Heap& heap) {
    std::set<Ref> out;
    heap.space().for_each_object([&](Ref r) { out.insert(r); });
    return out;
  }
};

TEST_F(HeapTest, FieldsLieWhereTheirSizesPutThem) {
  LayoutTable table(&owner.types_.registry);
  const StructLayout& l = table.of(owner.types_.mixed);
  const std::vector<uint32_t> expected = {8, 16, 24, 32, 40, 48, 64};
  ASSERT_EQ(l.fields.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(l.fields[i].offset, expected[i]) << i;
  EXPECT_EQ(l.bytes, 72u);
  EXPECT_EQ(l.ref_offsets, std::vector<uint32_t>{40});
}

std::set<Ref>::iterator pick(std::set<Ref>& set, uint32_t number) {
  return std::next(set.begin(), static_cast<ptrdiff_t>(number % set.size()));
}

// --- random graphs ---
struct Model {
  struct Object {
    std::vector<Ref> children;
    uint32_t value = 0;
  };
  std::map<Ref, Object> objects;

  std::set<Ref> reachable(const std::set<Ref>& roots) const {
    std::set<Ref> seen;
    std::vector<Ref> pending(roots.begin(), roots.end());
    while (!pending.empty()) {
      const Ref r = pending.back();
      pending.pop_back();
      if (r == kNullRef || is_i31(r) || !seen.insert(r).second) continue;
      const auto& children = objects.at(r).children;
      pending.insert(pending.end(), children.begin(), children.end());
    }
    return seen;
  }
};

class Mutator {
 public:
  Mutator(HeapTest& test, Heap& heap, uint32_t seed) : t_(test), heap_(heap), random_(seed) {}

  void step() {
    const uint32_t what = random_() % 100;
    if (what < 55) return make_node();
    if (what < 65) return make_array();
    if (what < 80) return change();
    if (what < 97) return change_roots();
    if (what < 98) collect();
  }
  void collect() {
    heap_.collect();
    check();
  }
  /// After a collection exactly the reachable objects exist, with their contents.
  void check() {
    const std::set<Ref> expected = model_.reachable(t_.owner.roots);
    ASSERT_EQ(HeapTest::objects(heap_), expected);
    std::erase_if(model_.objects, [&](const auto& o) { return !expected.contains(o.first); });
    for (const auto& [r, object] : model_.objects) {
      ASSERT_TRUE(heap_.is_valid(r));
      ASSERT_EQ(children(r), object.children);
      if (heap_.header(r).kind() == ObjectKind::struct_) {
        ASSERT_EQ(HeapTest::get(heap_, r, 12), object.value);
      }
    }
  }

 private:
  std::vector<Ref> children(Ref r) {
    std::vector<Ref> out;
    const ObjectHeader& h = heap_.header(r);
    if (h.kind() == ObjectKind::struct_)
      return {HeapTest::get(heap_, r, 8), HeapTest::get(heap_, r, 16)};
    if (h.has_refs()) {
      for (uint32_t i = 0; i < h.extent; ++i)
        out.push_back(HeapTest::get(heap_, r, 8 + 4 * size_t{i}));
    }
    return out;
  }
  /// A reachable object, null, or an i31.
  Ref any() {
    if (t_.owner.roots.empty() || random_() % 8 == 0)
      return random_() % 2 == 0 ? kNullRef : make_i31(random_());
    Ref r = *pick(t_.owner.roots, random_());
    for (uint32_t steps = random_() % 4; steps != 0; --steps) {
      const auto& c = model_.objects.at(r).children;
      if (c.empty()) break;
      const Ref next = c[random_() % c.size()];
      if (next == kNullRef || is_i31(next)) break;
      r = next;
    }
    return r;
  }
  void make_node() {
    const Ref left = any();
    const Ref right = any();
    const uint32_t value = random_();
    const Ref r = t_.new_node(heap_, left, value, right);
    ASSERT_NE(r, kNullRef);
    forget_dead_at(r);
    model_.objects[r] = {{left, right}, value};
    adopt(r);
  }
  void make_array() {
    const uint32_t shape = random_() % 100;
    const uint32_t length = shape < 80   ? random_() % 40
                            : shape < 97 ? random_() % 2000
                                         : random_() % 40000;
    const bool refs = random_() % 2 == 0;
    const Ref r = t_.new_array(heap_, refs ? t_.owner.types_.refs : t_.owner.types_.bytes, length,
                               refs ? 2 : 0, refs);
    ASSERT_NE(r, kNullRef);
    forget_dead_at(r);
    model_.objects[r] = {std::vector<Ref>(refs ? length : 0), 0};
    adopt(r);
  }
  /// Memory of dead objects comes back; a live one's never.
  void forget_dead_at(Ref r) {
    if (!model_.objects.contains(r)) return;
    ASSERT_FALSE(model_.reachable(t_.owner.roots).contains(r)) << "a live object was overwritten";
  }
  void adopt(Ref r) {
    if (t_.owner.roots.size() < 8 || random_() % 4 == 0) t_.owner.roots.insert(r);
    const Ref to = any();
    if (to != kNullRef && !is_i31(to)) link(to, r);
  }
  void link(Ref from, Ref to) {
    auto& object = model_.objects.at(from);
    if (object.children.empty()) return;
    const size_t i = random_() % object.children.size();
    object.children[i] = to;
    const bool node = heap_.header(from).kind() == ObjectKind::struct_;
    HeapTest::set(heap_, from, node ? 8 + 8 * i : 8 + 4 * i, to);
  }
  void change() {
    const Ref from = any();
    if (from != kNullRef && !is_i31(from)) link(from, any());
  }
  void change_roots() {
    if (t_.owner.roots.size() > 24) {
      while (t_.owner.roots.size() > 6) {
        t_.owner.roots.erase(pick(t_.owner.roots, random_()));
      }
      return;
    }
    const Ref r = any();
    if (r != kNullRef && !is_i31(r)) t_.owner.roots.insert(r);
  }

  HeapTest& t_;
  Heap& heap_;
  struct Random {
    explicit Random(uint32_t seed) : engine(seed) {}
    uint32_t operator()() { return static_cast<uint32_t>(engine()); }
    std::mt19937 engine;
  } random_;
  Model model_;
};

struct GraphCase {
  const char* name;
  HeapOptions options;
  uint32_t steps;
};
const GraphCase kGraphCases[] = {
    {"plain", {.min_threshold = 1u << 20}, 30000},
    {"often", {.min_threshold = 64u << 10}, 30000},
    {"zeal 1", {.zeal = 1}, 1500},
    {"zeal 7", {.zeal = 7}, 5000},
    {"no mark stack", {.min_threshold = 256u << 10, .max_mark_stack = 0}, 4000},
    {"short mark stack", {.min_threshold = 256u << 10, .max_mark_stack = 3}, 4000},
};

TEST_F(HeapTest, RandomGraphsKeepExactlyWhatIsReachable) {
  for (const GraphCase& c : kGraphCases) {
    for (uint32_t seed = 1; seed <= 3; ++seed) {
      SCOPED_TRACE(std::string(c.name) + ", seed " + std::to_string(seed));
      owner.roots.clear();
      area = {};
      Heap heap(area, &owner, c.options);
      Mutator mutator(*this, heap, seed);
      for (uint32_t i = 0; i < c.steps && !HasFatalFailure(); ++i) mutator.step();
      mutator.collect();
      owner.roots.clear();
      mutator.collect();
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(HeapTest, OnlyStartsOfExistingObjectsAreObjects) {
  Heap heap(area, &owner, {.min_threshold = 128u << 10});
  std::mt19937 engine(5);
  const auto random = [&] { return static_cast<uint32_t>(engine()); };
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 3000; ++i) {
      const Ref r = random() % 50 == 0
                        ? new_array(heap, owner.types_.bytes, random() % 60000, 0, false)
                        : new_node(heap, kNullRef, 0, kNullRef);
      if (random() % 10 == 0) owner.roots.insert(r);
    }
    while (owner.roots.size() > 300) owner.roots.erase(pick(owner.roots, random()));
    heap.collect();
    for (int i = 0; i < 100; ++i) {  // the present block is partly swept, partly new
      owner.roots.insert(new_node(heap, kNullRef, 0, kNullRef));
      const uint64_t wild =
          i % 3 == 0 ? random()
                     : (uint64_t{random()} % heap.stats().committed_bytes) & ~uint64_t{7};
      const bool claimed = heap.is_valid(static_cast<Ref>(wild));
      if (owner.roots.contains(static_cast<Ref>(wild))) {
        EXPECT_TRUE(claimed);
      }
    }
    for (const Ref r : owner.roots) {
      ASSERT_TRUE(heap.space().is_object(r));
      ASSERT_FALSE(heap.space().is_object(r + 4));
      ASSERT_FALSE(heap.space().is_object(uint64_t{r} + (uint64_t{1} << 32)));
      if (heap.header(r).bytes() > 8) {
        ASSERT_FALSE(heap.space().is_object(r + 8));
      }
    }
  }
  EXPECT_FALSE(heap.space().is_object(0));
  EXPECT_FALSE(heap.space().is_object(8));
}

TEST_F(HeapTest, GarbageDoesNotMakeTheHeapGrow) {
  Heap heap(area, &owner, {.min_threshold = 1u << 20});
  for (int i = 0; i < 2'000'000; ++i) ASSERT_NE(new_node(heap, kNullRef, 1, kNullRef), kNullRef);
  EXPECT_LE(heap.stats().committed_bytes, 4u << 20);
  for (int i = 0; i < 2000; ++i)
    ASSERT_NE(new_array(heap, owner.types_.bytes, 100'000, 0, false), kNullRef);
  EXPECT_LE(heap.stats().committed_bytes, 8u << 20);
  EXPECT_GT(heap.stats().collections, 10u);
}

TEST_F(HeapTest, HeapIsProportionalToWhatLives) {
  Heap heap(area, &owner, {.min_threshold = 1u << 20});
  // A list of 16 MiB that stays, then much garbage.
  Ref list = kNullRef;
  for (int i = 0; i < 700'000; ++i) {
    const Ref r = new_node(heap, list, 1, kNullRef);
    ASSERT_NE(r, kNullRef);
    owner.roots = {r};
    list = r;
  }
  for (int i = 0; i < 3'000'000; ++i) ASSERT_NE(new_node(heap, kNullRef, 1, kNullRef), kNullRef);
  heap.collect();
  EXPECT_GE(heap.stats().live_bytes, 700'000u * 24);
  EXPECT_LE(heap.stats().committed_bytes, heap.stats().live_bytes * 5 / 2);
}

TEST_F(HeapTest, LongChainsNeedNoNativeStackAndCyclesAreCollected) {
  Heap heap(area, &owner, {});
  Ref last = kNullRef;
  Ref first = kNullRef;
  for (int i = 0; i < 1'000'000; ++i) {
    last = new_node(heap, last, 0, kNullRef);
    if (i == 0) first = last;
    owner.roots = {last, first};
  }
  set(heap, first, 16, last);
  heap.collect();
  EXPECT_EQ(heap.stats().live_bytes, 24'000'000u);
  owner.roots.clear();
  heap.collect();
  EXPECT_EQ(heap.stats().live_bytes, 0u);
}

// --- host values, roots ---
int g_finalized = 0;
void count_finalized(void* data) {
  g_finalized += static_cast<int>(reinterpret_cast<intptr_t>(data));
}
void* number(intptr_t n) { return reinterpret_cast<void*>(n); }

TEST_F(HeapTest, HostValuesAreFinalizedWhenTheirScopeIsOverAndNothingHoldsThem) {
  g_finalized = 0;
  {
    Heap heap(area, &owner, {});
    Ref kept = kNullRef;
    Ref held = kNullRef;
    {
      const RootScope scope(heap);
      heap.add_host_value({number(1), count_finalized});
      held = heap.add_host_value({number(10), count_finalized});
      kept = heap.add_host_value({number(100), count_finalized});
      heap.collect();
      EXPECT_EQ(g_finalized, 0);
      owner.roots = {new_node(heap, held, 0, kNullRef), kept};
    }
    heap.collect();
    EXPECT_EQ(g_finalized, 1);
    EXPECT_EQ(heap.host_value(held)->data, number(10));
    owner.roots = {kept};
    heap.collect();
    EXPECT_EQ(g_finalized, 11);
    EXPECT_EQ(heap.host_value(held), nullptr);
    const Ref again = heap.add_host_value({number(1000), nullptr});
    EXPECT_EQ(heap.host_value(again)->data, number(1000));
    EXPECT_EQ(heap.host_value(kept)->data, number(100));
    EXPECT_EQ(heap.host_value(kept + 8 * 1000), nullptr);
    EXPECT_EQ(heap.host_value(~Ref{7}), nullptr);
  }
  EXPECT_EQ(g_finalized, 111);
}

TEST_F(HeapTest, RootsOfTheStoreStayUntilTakenBack) {
  Heap heap(area, &owner, {});
  g_finalized = 0;
  const Ref r = heap.add_host_value({number(1), count_finalized});
  for (int i = 0; i < 5000; ++i) heap.root(i % 2 == 0 ? r : make_i31(3));
  heap.collect();
  EXPECT_EQ(g_finalized, 0);
  while (heap.unroot(r)) {
  }
  heap.collect();
  EXPECT_EQ(g_finalized, 1);
  EXPECT_FALSE(heap.unroot(r));
}

TEST_F(HeapTest, ManyDeadHostValuesLeaveNoEntries) {
  Heap heap(area, &owner, {.min_threshold = 64u << 10});
  g_finalized = 0;
  for (int i = 0; i < 100'000; ++i) {
    const RootScope scope(heap);
    ASSERT_NE(heap.add_host_value({number(1), count_finalized}), kNullRef);
  }
  EXPECT_GT(g_finalized, 80'000);
  EXPECT_LE(heap.stats().committed_bytes, 2u << 20);
}

TEST_F(HeapTest, ExceptionsKeepTheirPayload) {
  Heap heap(area, &owner, {.zeal = 1});
  const std::vector<ValType> params = {kI64, kAnyRef, kV128, kExternRef, kFuncRef};
  const Tag tag{owner.types_.registry.intern_func(params, {}).value(), {}};
  owner.roots = {new_node(heap, kNullRef, 7, kNullRef)};
  const Ref node = *owner.roots.begin();
  const Ref host = heap.add_host_value({number(5), nullptr});
  const Cell payload[] = {Cell{node}, Cell{node}, Cell{1}, Cell{2}, Cell{host}, Cell{0x1230}};
  heap.in_flight = heap.allocate_exception(tag, payload);
  owner.roots.clear();
  heap.unroot(host);
  for (int i = 0; i < 100; ++i) new_node(heap, kNullRef, 9, kNullRef);
  const ExceptionObject& e = heap.exception(heap.in_flight);
  EXPECT_EQ(e.tag, &tag);
  for (size_t i = 0; i < std::size(payload); ++i) EXPECT_EQ(e.cells()[i].bits, payload[i].bits);
  EXPECT_EQ(get(heap, node, 12), 7u);
  EXPECT_NE(heap.host_value(host), nullptr);
  heap.in_flight = kNullRef;
  heap.collect();
  EXPECT_EQ(heap.host_value(host), nullptr);
}

// --- limits ---
TEST_F(HeapTest, ARefusedGrowthCollectsThenFails) {
  for (const GrowthAnswer refusal : {GrowthAnswer::refuse, GrowthAnswer::trap}) {
    owner.roots.clear();
    owner.limit = 1u << 20;
    owner.refusal = refusal;
    area = {};
    Heap heap(area, &owner, {});
    for (int i = 0; i < 500'000; ++i)
      ASSERT_NE(new_node(heap, kNullRef, 0, kNullRef), kNullRef);  // garbage is fine
    EXPECT_GT(heap.stats().collections, 5u);
    Ref list = kNullRef;
    uint32_t made = 0;
    for (;; ++made) {
      const Ref r = new_node(heap, list, 0, kNullRef);
      if (r == kNullRef) break;
      list = r;
      owner.roots = {list};
    }
    EXPECT_GT(made, 30'000u);
    EXPECT_LE(heap.stats().committed_bytes, 1u << 20);
    EXPECT_EQ(heap.failure(), refusal == GrowthAnswer::trap ? TrapCode::growth_limited
                                                            : TrapCode::allocation_too_large);
    EXPECT_EQ(new_array(heap, owner.types_.bytes, 2u << 20, 0, false), kNullRef);
    owner.roots.clear();
    EXPECT_NE(new_array(heap, owner.types_.bytes, 500'000, 0, false), kNullRef);
  }
}

TEST_F(HeapTest, SizesBeyondTheReservationAreRefused) {
  Heap heap(area, &owner, {});
  EXPECT_EQ(new_array(heap, owner.types_.refs, ~uint32_t{0}, 2, true), kNullRef);
  EXPECT_EQ(new_array(heap, owner.types_.refs, ~uint32_t{0}, 4, true), kNullRef);
  EXPECT_EQ(heap.allocate(ObjectHeader::make(ObjectKind::array), ~uint32_t{0},
                          ObjectHeader::array_bytes(~uint32_t{0}, 0)),
            kNullRef);
  EXPECT_NE(new_node(heap, kNullRef, 0, kNullRef), kNullRef);
}

// --- stores ---
TEST_F(HeapTest, AStoresRootsAreItsGlobalsTablesAndTheNativeStack) {
  Store store(testing::make_engine({.gc_zeal = 3}));
  Heap& heap = store.heap();
  g_finalized = 0;
  size_t before = heap.open_scope();
  const Cell global[] = {Cell{heap.add_host_value({number(1), count_finalized})}};
  store.add_global({kExternRef, true}, global);
  Table* table = *store.add_table({kExternRef, {2, {}}, AddressType::i32}, Cell{});
  table->base[1].bits = heap.add_host_value({number(10), count_finalized});
  Global* functions = store.add_global({kFuncRef, true}, global);  // not a reference of the heap
  heap.close_scope(before);
  before = heap.open_scope();
  for (int i = 0; i < 100; ++i) heap.add_host_value({number(100), count_finalized});
  heap.close_scope(before);
  heap.collect();
  // Words of dead frames may keep a few.
  EXPECT_GE(g_finalized, 9000);
  EXPECT_EQ(g_finalized % 100, 0);
  EXPECT_EQ(heap.host_value(static_cast<Ref>(table->base[1].bits))->data, number(10));
  EXPECT_EQ(heap.host_value(static_cast<Ref>(functions->value[0].bits))->data, number(1));
}

TEST_F(HeapTest, TheStoresLimitCountsTheHeap) {
  Store store(testing::make_engine());
  store.limits.heap_bytes = 512u << 10;
  const RootScope scope(store.heap());
  uint32_t made = 0;
  while (made < 100'000 && store.heap().add_host_value({}) != kNullRef) ++made;
  EXPECT_GT(made, 10'000u);
  EXPECT_LT(made, 70'000u);
  EXPECT_EQ(store.heap().failure(), TrapCode::allocation_too_large);
}

}  // namespace
}  // namespace weft::runtime
