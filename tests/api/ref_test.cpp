// References: host values of any C++ type, scopes, roots, finalizers and what they may do.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "world.hpp"

namespace weft_test {
namespace {

TEST(ExternRefs, HoldAnyObjectAndKnowItsType) {
  World w;
  struct Big {
    std::vector<int> v;
    std::unique_ptr<int> p;
  };
  const ExternRef big = ExternRef::make(w.store, Big{{1, 2, 3}, std::make_unique<int>(4)}).value();
  const ExternRef text = ExternRef::make(w.store, std::string("text")).value();
  int local = 5;
  const ExternRef pointer = ExternRef::make(w.store, &local).value();
  ASSERT_NE(big.get<Big>(w.store), nullptr);
  EXPECT_EQ(big.get<Big>(w.store)->v[2] + *big.get<Big>(w.store)->p, 7);
  EXPECT_EQ(*text.get<std::string>(w.store), "text");
  EXPECT_EQ(**pointer.get<int*>(w.store), 5);
  EXPECT_EQ(text.get<Big>(w.store), nullptr);
  EXPECT_EQ(text.get<std::string_view>(w.store), nullptr);
  EXPECT_EQ(pointer.get<const int*>(w.store), nullptr);
  EXPECT_EQ(ExternRef().get<int>(w.store), nullptr);
  EXPECT_EQ(text.shape(w.store).value(), WEFT_REF_HOST);
  EXPECT_EQ(ExternRef().shape(w.store).value(), WEFT_REF_NULL);
}

TEST(ExternRefs, OfC) {
  World w;
  static const char kind = 0;
  static int finalized = 0;
  finalized = 0;
  weft_ref_t ref{};
  ASSERT_EQ(weft_externref_new_kind(
                w.store.c_api(), &kind, &finalized, [](void* p) { ++*static_cast<int*>(p); }, &ref),
            nullptr);
  EXPECT_EQ(weft_externref_data(w.store.c_api(), ref, &kind), &finalized);
  EXPECT_EQ(weft_externref_data(w.store.c_api(), ref, nullptr), nullptr);
  EXPECT_EQ(ExternRef(ref).get<int>(w.store), nullptr);
  void* data = nullptr;
  ASSERT_EQ(weft_externref_get(w.store.c_api(), ref, &data), nullptr);
  EXPECT_EQ(data, &finalized);
  weft_store_t* raw = nullptr;
  ASSERT_EQ(weft_store_new(w.engine.c_api(), nullptr, nullptr, &raw), nullptr);
  EXPECT_EQ(weft_externref_data(raw, ref, &kind), nullptr);  // another store
  weft_store_delete(raw);
}

TEST(ExternRefs, AreDestroyedWhenNobodyHoldsThem) {
  int live = 0;
  {
    World w;
    const Instance i = w.instantiate(R"((module (global $g (mut externref) (ref.null extern))
      (func (export "set") (param externref) (global.set $g (local.get 0)))
      (func (export "get") (result externref) (global.get $g))))");
    {
      const weft::RootScope scope(w.store);
      for (int k = 0; k < 50; ++k) (void)ExternRef::make(w.store, Counted(&live)).value();
      const ExternRef held = ExternRef::make(w.store, Counted(&live)).value();
      EXPECT_TRUE(w.get<void(ExternRef)>(i, "set")(w.store, held).ok());
      w.store.collect();
      EXPECT_EQ(live, 51);
    }
    w.store.collect();
    EXPECT_GE(live, 1);
    EXPECT_LE(live, 8);  // stale words of the native stack may keep a few
    EXPECT_NE(w.get<ExternRef()>(i, "get")(w.store).value().get<Counted>(w.store), nullptr);
  }
  EXPECT_EQ(live, 0);
}

TEST(Roots, KeepAReferenceAcrossScopes) {
  int live = 0;
  World w;
  std::optional<weft::Root<ExternRef>> root;
  {
    const weft::RootScope scope(w.store);
    root = weft::Root<ExternRef>::make(w.store, ExternRef::make(w.store, Counted(&live)).value())
               .value();
  }
  w.store.collect();
  EXPECT_EQ(live, 1);
  {
    const weft::RootScope scope(w.store);
    EXPECT_NE(root->get(w.store).value().get<Counted>(w.store), nullptr);
  }
  weft::Store other = weft::Store::make(w.engine).value();
  EXPECT_EQ(code_of(root->get(other)), WEFT_ERROR_WRONG_STORE);
  root->release(other);  // not its store: nothing happens
  EXPECT_TRUE(root->get(w.store).ok());
  root->release(w.store);
  root->release(w.store);
  EXPECT_EQ(code_of(root->get(w.store)), WEFT_ERROR_BAD_ARGUMENT);
  // The place is used again, the old root stays dead.
  const auto next =
      weft::Root<ExternRef>::make(w.store, ExternRef::make(w.store, 1).value()).value();
  EXPECT_EQ(code_of(root->get(w.store)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_TRUE(next.get(w.store).ok());
}

/// Calls its function when it dies.
struct AtEnd {
  explicit AtEnd(std::function<void()> f) : run(std::move(f)) {}
  AtEnd(AtEnd&& o) noexcept : run(std::exchange(o.run, nullptr)) {}
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  ~AtEnd() {
    if (run) run();
  }
  std::function<void()> run;
};

TEST(Finalizers, MayCallTheStoreAgain) {
  bool open = true;  // the last ones run when the store goes, and are refused then
  int ran = 0;
  World w;
  const Instance i = w.instantiate(R"((module (type $s (struct (field i64)))
    (global $n (mut i32) (i32.const 0)) (memory (export "memory") i64 1)
    (func (export "count") (result i32)
      (drop (struct.new $s (i64.const 1)))
      (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))))");
  const auto count = w.get<int32_t()>(i, "count");
  {
    const weft::RootScope scope(w.store);
    for (int k = 0; k < 20; ++k) {
      (void)ExternRef::make(
          w.store, AtEnd([&] {
            if (!open) return;
            ++ran;
            EXPECT_TRUE(count(w.store).ok());                                 // calls
            (void)ExternRef::make(w.store, 1).value();                        // allocates
            EXPECT_TRUE(i.memory(w.store, "memory")->grow(w.store, 1).ok());  // moves a memory
            w.store.collect();                                                // collects
          }))
          .value();
    }
  }
  w.store.collect();
  EXPECT_GE(ran, 15);
  EXPECT_EQ(*count(w.store), ran + 1);
  open = false;
}

TEST(Finalizers, NeverRunInTheMiddleOfGuestCode) {
  bool open = true;
  int ran = 0;
  std::optional<Instance> i;
  // Collects at every allocation; the guest reads a memory that may move between its allocations.
  World w(std::move(weft::Config().set("gc_zeal", 1)));
  w.linker
      .func("h", "drop",
            [&](Caller& c) {
              {
                const weft::RootScope scope(c.store());
                for (int k = 0; k < 5; ++k) {
                  (void)ExternRef::make(
                      c.store(), AtEnd([&] {
                        if (!open) return;
                        ++ran;
                        if (i) EXPECT_TRUE(i->memory(w.store, "memory")->grow(w.store, 1).ok());
                      }))
                      .value();
                }
              }
            })
      .value();
  i = w.instantiate(R"((module (import "h" "drop" (func $drop)) (type $s (struct (field i64)))
    (memory (export "memory") i64 1)
    (func (export "go") (result i32) (local $k i32) (local $r i32)
      (i32.store (i64.const 16) (i32.const 3))
      (loop $l
        (call $drop)
        (drop (struct.new $s (i64.const 1)))
        (local.set $r (i32.add (local.get $r) (i32.load (i64.const 16))))
        (drop (struct.new $s (i64.const 1)))
        (br_if $l (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 20))))
      (local.get $r))))");
  const auto go = w.get<int32_t()>(*i, "go");
  const auto r = go(w.store);
  EXPECT_EQ(*r, 60);
  w.store.collect();
  EXPECT_GE(ran, 80);
  open = false;
}

TEST(Finalizers, OfADyingStoreAreRefusedCalls) {
  int ran = 0;
  std::string said;
  std::string said_by_function;
  {
    World w;
    const Instance i = w.instantiate(R"((module (func (export "f"))))");
    const auto f = w.get<void()>(i, "f");
    (void)ExternRef::make(w.store, AtEnd([&, store = StoreRef(w.store)] {
                            ++ran;
                            said = message_of(f(store));
                            EXPECT_FALSE(ExternRef::make(store, 1).ok());
                          }))
        .value();
    (void)Func::make(w.store, [&, e = AtEnd([&, store = StoreRef(w.store)] {
                                    ++ran;
                                    said_by_function = message_of(f(store));
                                  })] {
    }).value();
  }
  EXPECT_EQ(ran, 2);
  EXPECT_NE(said.find("being destroyed"), std::string::npos) << said;
  EXPECT_EQ(said, said_by_function);
}

TEST(References, AreTestedAgainstTypes) {
  World w;
  const auto point = weft::StructType::make(w.engine, {{WEFT_I32}}).value();
  const auto other = weft::StructType::make(w.engine, {{WEFT_I64}}).value();
  const weft::StructRef p = weft::StructRef::make(w.store, point, {1}).value();
  EXPECT_TRUE(p.is(w.store, weft::ValType::ref(point, false)).value());
  EXPECT_FALSE(p.is(w.store, weft::ValType::ref(other, false)).value());
  EXPECT_TRUE(p.is(w.store, weft::ValType::ref(WEFT_HEAP_STRUCT, true)).value());
  EXPECT_FALSE(p.is(w.store, weft::ValType::ref(WEFT_HEAP_ARRAY, true)).value());
  EXPECT_EQ(p.type(w.store).value(), weft::ValType::ref(point, false));
  EXPECT_TRUE(p.as_extern().is(w.store, WEFT_EXTERNREF).value());
  EXPECT_TRUE(weft::AnyRef().is(w.store, WEFT_ANYREF).value());
  EXPECT_FALSE(weft::AnyRef().is(w.store, weft::ValType::ref(WEFT_HEAP_ANY, false)).value());
  EXPECT_FALSE(p.is(w.store, WEFT_I32).value());
  weft::Store foreign = weft::Store::make(w.engine).value();
  EXPECT_EQ(code_of(p.is(foreign, WEFT_ANYREF)), WEFT_ERROR_WRONG_STORE);
}

}  // namespace
}  // namespace weft_test
