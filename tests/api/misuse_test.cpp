// Things of other stores and other engines, stale and made-up handles: errors, never undefined
// behaviour.
#include <optional>
#include <random>
#include <vector>

#include "world.hpp"

namespace weft_test {
namespace {

constexpr std::string_view kWat =
    R"((module (memory (export "memory") 1) (table (export "table") 1 funcref)
  (global (export "global") (mut i32) (i32.const 1)) (tag (export "tag") (param i32))
  (func (export "f") (param i32) (result i32) (local.get 0))))";

/// Every use of each of `from`'s things with `store` must be refused.
void refuse_all(StoreRef store, World& from, const Instance& i) {
  const auto wrong = [](const auto& r) {
    EXPECT_EQ(code_of(r), WEFT_ERROR_WRONG_STORE) << message_of(r);
  };
  const Func f = *i.func(from.store, "f");
  const auto m = *i.memory(from.store, "memory");
  const auto t = *i.table(from.store, "table");
  const auto g = *i.global(from.store, "global");
  const auto tag = *i.tag(from.store, "tag");
  const auto ext = ExternRef::make(from.store, 1).value();
  wrong(f.call(store, {1}));
  wrong(f.type(store));
  wrong(f.typed<int32_t(int32_t)>(store));
  wrong(f.typed<int32_t(int32_t)>(from.store).value()(store, 1));
  wrong(m.data(store));
  wrong(m.type(store));
  wrong(m.grow(store, 1));
  wrong(m.read<int>(store, 0));
  wrong(t.get(store, 0));
  wrong(t.set(store, 0, Val(Func())));
  wrong(t.size(store));
  wrong(t.type(store));
  wrong(t.fill(store, 0, 1, Val(Func())));
  wrong(t.grow(store, 1, Val(Func())));
  wrong(g.get(store));
  wrong(g.set(store, 2));
  wrong(g.type(store));
  wrong(tag.payload(store));
  EXPECT_FALSE(tag.same(store, tag));
  wrong(ExnRef::make(store, tag, {1}));
  wrong(ext.shape(store));
  wrong(ext.type(store));
  EXPECT_EQ(ext.get<int>(store), nullptr);
  wrong(weft::Root<ExternRef>::make(store, ext));
  weft::Linker linker(from.engine);
  wrong(linker.define(store, "a", "f", f));
  wrong(linker.define(store, "a", "m", m));
  wrong(linker.instance(store, "a", i));
  wrong(weft::Extern(t).type(store));
  EXPECT_FALSE(i.func(store, "f").has_value());
  // As references inside values.
  const auto own =
      weft::Table::make(store, {.element = WEFT_EXTERNREF, .min = 1}, ExternRef()).value();
  wrong(own.set(store, 0, ext));
  const auto funcs = weft::Table::make(store, {.min = 1}, Func()).value();
  wrong(funcs.set(store, 0, f));
  wrong(weft::Global::make(store, {WEFT_EXTERNREF, true}, ext));
}

TEST(Misuse, OfAnotherStoreOfTheSameEngine) {
  World w;
  const Instance i = w.instantiate(kWat);
  weft::Store other = weft::Store::make(w.engine).value();
  refuse_all(other, w, i);
}

TEST(Misuse, OfAnotherEngine) {
  World w;
  World other;
  refuse_all(other.store, w, w.instantiate(kWat));
}

TEST(Misuse, OfAStoreThatIsGone) {
  World w;
  std::optional<World> gone(std::in_place);
  const Instance i = gone->instantiate(kWat);
  const Func f = *i.func(gone->store, "f");
  const auto typed = f.typed<int32_t(int32_t)>(gone->store).value();
  const ExternRef ext = ExternRef::make(gone->store, 1).value();
  gone.reset();
  EXPECT_EQ(code_of(f.call(w.store, {1})), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(code_of(typed(w.store, 1)), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(ext.get<int>(w.store), nullptr);
  EXPECT_FALSE(i.func(w.store, "f").has_value());
}

TEST(Misuse, ModulesAndLinkersOfAnotherEngine) {
  World a;
  World b;
  const auto module = a.compile(R"((module (import "h" "f" (func (param i32) (result i32)))))");
  a.linker.func("h", "f", [](int32_t x) { return x; }).value();
  b.linker.func("h", "f", [](int32_t x) { return x; }).value();
  EXPECT_TRUE(a.linker.instantiate(a.store, module).ok());
  EXPECT_EQ(code_of(a.linker.instantiate(b.store, module)), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(code_of(b.linker.instantiate(b.store, module)), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(code_of(b.linker.instantiate(a.store, module)), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(code_of(a.linker.instantiate(b.store, b.compile("(module)"))), WEFT_ERROR_WRONG_STORE);
}

TEST(Misuse, ImportsOfAnotherStore) {
  World w;
  weft::Store other = weft::Store::make(w.engine).value();
  const Func theirs = Func::make(other, [] {}).value();
  const auto module = w.compile(R"((module (import "h" "f" (func))))");
  const weft::Extern imports[] = {theirs};
  EXPECT_EQ(code_of(Instance::make(w.store, module, imports)), WEFT_ERROR_WRONG_STORE);
  EXPECT_EQ(code_of(Instance::make(w.store, module, {})), WEFT_ERROR_BAD_ARGUMENT);
  w.linker.define(other, "h", "f", theirs).value();
  EXPECT_EQ(code_of(w.linker.instantiate(w.store, module)), WEFT_ERROR_WRONG_STORE);
  EXPECT_TRUE(w.linker.instantiate(other, module).ok());
}

TEST(Misuse, MadeUpHandlesAreRefused) {
  World w;
  const Instance i = w.instantiate(kWat);
  const uint64_t id = i.c_api().store;
  std::mt19937_64 random(1);
  for (int k = 0; k < 20000; ++k) {
    // Near what exists, and anywhere.
    const uint64_t index = k % 2 == 0 ? (i.c_api().index ^ (random() & 0x1ff)) : random();
    const uint64_t number = index >> (random() % 64);
    (void)weft::Memory(weft_memory_t{id, number}).data(w.store);
    (void)weft::Table(weft_table_t{id, number}).get(w.store, 0);
    (void)weft::Global(weft_global_t{id, number}).get(w.store);
    (void)weft::Tag(weft_tag_t{id, number}).payload(w.store);
    (void)Func(weft_func_t{id, number}).type(w.store);
    (void)Instance(weft_instance_t{id, number}).func(w.store, "f");
    const weft::AnyRef ref(weft_ref_t{id, static_cast<uint32_t>(number)});
    (void)ref.shape(w.store);
    (void)weft::StructRef(ref).get(w.store, 0);
    (void)ExnRef(ref.c_api()).values(w.store);
    (void)ExternRef(ref.c_api()).get<int>(w.store);
  }
  EXPECT_EQ(*w.get<int32_t(int32_t)>(i, "f")(w.store, 3), 3);
}

}  // namespace
}  // namespace weft_test
