// wasm.h: globals, tables, memories, references, host info, modules between stores.
#include <thread>
#include <utility>

#include "world.hpp"

namespace wasm_h {
namespace {

using Objects = World;

TEST_F(Objects, GlobalsAreReadAndWritten) {
  const Instance i = instantiate(R"((module
    (global (export "var") (mut i32) (i32.const 5)) (global (export "const") i64 (i64.const 6))
    (func (export "get") (result i32) global.get 0)))");
  const Exports exports(i);
  wasm_val_t v;
  wasm_global_get(exports.global(1), &v);
  EXPECT_EQ(v.kind, WASM_I64);
  EXPECT_EQ(v.of.i64, 6);
  v = i32(9);
  wasm_global_set(exports.global(0), &v);
  EXPECT_EQ(call(exports.func(2), {}, 1)[0].of.i32, 9);
  v = WASM_I64_VAL(1);
  wasm_global_set(exports.global(1), &v);
  EXPECT_NE(last_error().find("immutable"), std::string::npos);
  wasm_global_set(exports.global(0), &v);
  wasm_global_get(exports.global(0), &v);
  EXPECT_EQ(v.of.i32, 9) << "neither the immutable one nor the one of another type changed";
}

TEST_F(Objects, GlobalsAreMade) {
  const Own<wasm_globaltype_t, wasm_globaltype_delete> type(
      wasm_globaltype_new(wasm_valtype_new_f32(), WASM_VAR));
  wasm_val_t v = WASM_F32_VAL(1.5f);
  const Global g(wasm_global_new(store_, type.get(), &v));
  ASSERT_NE(g, nullptr);
  const Own<wasm_globaltype_t, wasm_globaltype_delete> found(wasm_global_type(g.get()));
  EXPECT_EQ(wasm_valtype_kind(wasm_globaltype_content(found.get())), WASM_F32);
  EXPECT_EQ(wasm_globaltype_mutability(found.get()), WASM_VAR);
  v = i32(1);
  EXPECT_EQ(wasm_global_new(store_, type.get(), &v), nullptr);
}

TEST_F(Objects, TablesHoldFunctions) {
  const Instance i = instantiate(R"((module
    (table (export "t") 2 10 funcref) (elem (i32.const 1) func $f)
    (func $f (export "f") (result i32) i32.const 42)
    (func (export "call") (param i32) (result i32) local.get 0 call_indirect (result i32))))");
  const Exports exports(i);
  wasm_table_t* const t = exports.table(0);
  wasm_func_t* const f = exports.func(1);
  EXPECT_EQ(wasm_table_get(t, 0), nullptr);
  const Ref found(wasm_table_get(t, 1));
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(wasm_ref_same(found.get(), wasm_func_as_ref(f)));
  EXPECT_NE(wasm_ref_as_func(found.get()), nullptr);
  EXPECT_EQ(wasm_ref_as_table(found.get()), nullptr);
  EXPECT_TRUE(wasm_table_set(t, 0, wasm_func_as_ref(f)));
  EXPECT_EQ(call(exports.func(2), {i32(0)}, 1)[0].of.i32, 42);
  EXPECT_TRUE(wasm_table_set(t, 1, nullptr));
  EXPECT_FALSE(wasm_table_set(t, 2, nullptr)) << "past the end";
  EXPECT_EQ(wasm_table_get(t, 2), nullptr);
  const Foreign foreign(wasm_foreign_new(store_));
  EXPECT_FALSE(wasm_table_set(t, 1, wasm_foreign_as_ref(foreign.get()))) << "not a function";

  EXPECT_TRUE(wasm_table_grow(t, 3, wasm_func_as_ref(f)));
  EXPECT_EQ(wasm_table_size(t), 5u);
  EXPECT_EQ(call(exports.func(2), {i32(4)}, 1)[0].of.i32, 42);
  EXPECT_FALSE(wasm_table_grow(t, 6, nullptr)) << "past its maximum";
  EXPECT_TRUE(wasm_table_grow(t, 0, nullptr));
  const Own<wasm_tabletype_t, wasm_tabletype_delete> type(wasm_table_type(t));
  EXPECT_EQ(wasm_tabletype_limits(type.get())->min, 5u);
  EXPECT_EQ(wasm_tabletype_limits(type.get())->max, 10u);
}

TEST_F(Objects, TablesAreMade) {
  const wasm_limits_t limits = {3, 3}, contrary = {3, 2};
  const Own<wasm_tabletype_t, wasm_tabletype_delete> type(
      wasm_tabletype_new(wasm_valtype_new_externref(), &limits));
  const Foreign init(wasm_foreign_new(store_));
  const Table t(wasm_table_new(store_, type.get(), wasm_foreign_as_ref(init.get())));
  ASSERT_NE(t, nullptr);
  const Ref last(wasm_table_get(t.get(), 2));
  EXPECT_TRUE(wasm_ref_same(last.get(), wasm_foreign_as_ref(init.get())));
  EXPECT_FALSE(wasm_table_grow(t.get(), 1, nullptr));
  const Own<wasm_tabletype_t, wasm_tabletype_delete> bad(
      wasm_tabletype_new(wasm_valtype_new_funcref(), &contrary));
  EXPECT_EQ(wasm_table_new(store_, bad.get(), nullptr), nullptr);
}

TEST_F(Objects, MemoriesAreReadWrittenAndGrow) {
  const Instance i = instantiate(R"((module (memory (export "m") 2 3)
    (data (i32.const 0x1003) "\04")
    (func (export "load") (param i32) (result i32) local.get 0 i32.load8_s)))");
  const Exports exports(i);
  wasm_memory_t* const m = exports.memory(0);
  EXPECT_EQ(wasm_memory_size(m), 2u);
  EXPECT_EQ(wasm_memory_data_size(m), 2 * MEMORY_PAGE_SIZE);
  EXPECT_EQ(wasm_memory_data(m)[0x1003], 4);
  wasm_memory_data(m)[0x1004] = 5;
  EXPECT_EQ(call(exports.func(1), {i32(0x1004)}, 1)[0].of.i32, 5);
  EXPECT_TRUE(wasm_memory_grow(m, 1));
  EXPECT_FALSE(wasm_memory_grow(m, 1));
  EXPECT_TRUE(wasm_memory_grow(m, 0));
  const Own<wasm_memorytype_t, wasm_memorytype_delete> type(wasm_memory_type(m));
  EXPECT_EQ(wasm_memorytype_limits(type.get())->min, 3u);

  const wasm_limits_t limits = {5, 5}, contrary = {2, 1}, huge = {70000, wasm_limits_max_default};
  const Own<wasm_memorytype_t, wasm_memorytype_delete> five(wasm_memorytype_new(&limits)),
      bad(wasm_memorytype_new(&contrary)), large(wasm_memorytype_new(&huge));
  const Memory made(wasm_memory_new(store_, five.get()));
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(wasm_memory_size(made.get()), 5u);
  EXPECT_FALSE(wasm_memory_grow(made.get(), 1));
  EXPECT_EQ(wasm_memory_new(store_, bad.get()), nullptr);
  EXPECT_EQ(wasm_memory_new(store_, large.get()), nullptr);
}

// --- references

constexpr std::string_view kReferences = R"((module
  (import "" "f" (func $f (param externref) (result externref)))
  (global $g (export "g") (mut externref) (ref.null extern))
  (table $t (export "t") 10 externref)
  (func (export "set") (param externref) local.get 0 global.set $g)
  (func (export "get") (result externref) global.get $g)
  (func (export "through") (param externref) (result externref) local.get 0 call $f)))";

wasm_trap_t* echo(const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  wasm_val_copy(&results->data[0], &args->data[0]);
  return nullptr;
}

class References : public World {
 protected:
  References()
      : echo_(wasm_func_new(store_, func_type({WASM_EXTERNREF}, {WASM_EXTERNREF}).get(), echo)),
        instance_(instantiate(kReferences, {wasm_func_as_extern(echo_.get())})),
        exports_(instance_) {}

  Ref through_all(wasm_ref_t* r) {
    call(exports_.func(2), {ref_val(r)}, 0);
    Ref got(call(exports_.func(3), {}, 1)[0].of.ref);
    wasm_table_set(exports_.table(1), 3, got.get());
    const Ref element(wasm_table_get(exports_.table(1), 3));
    return Ref(call(exports_.func(4), {ref_val(element.get())}, 1)[0].of.ref);
  }

  Func echo_;
  Instance instance_;
  Exports exports_;
};

TEST_F(References, EveryKindPassesThroughTheGuest) {
  const Foreign foreign(wasm_foreign_new(store_));
  const Module m = module("(module)");
  wasm_message_t message;
  wasm_name_new_from_string_nt(&message, "x");
  const Trap trap(wasm_trap_new(store_, &message));
  wasm_name_delete(&message);
  wasm_ref_t* const all[] = {
      wasm_foreign_as_ref(foreign.get()),    wasm_module_as_ref(m.get()),
      wasm_trap_as_ref(trap.get()),          wasm_func_as_ref(echo_.get()),
      wasm_instance_as_ref(instance_.get()), wasm_extern_as_ref(exports_[1])};
  for (wasm_ref_t* const r : all) {
    const Ref back = through_all(r);
    ASSERT_NE(back, nullptr);
    EXPECT_TRUE(wasm_ref_same(back.get(), r));
    for (wasm_ref_t* const other : all) EXPECT_EQ(wasm_ref_same(back.get(), other), other == r);
  }
  const Ref back = through_all(wasm_foreign_as_ref(foreign.get()));
  EXPECT_NE(wasm_ref_as_foreign(back.get()), nullptr);
  EXPECT_EQ(wasm_ref_as_module_const(back.get()), nullptr);
  EXPECT_EQ(wasm_ref_as_extern(back.get()), nullptr);
  EXPECT_EQ(through_all(nullptr), nullptr);
}

TEST_F(References, ARefOfAnotherStoreIsRefused) {
  wasm_store_t* const other = wasm_store_new(engine_);
  const Foreign foreign(wasm_foreign_new(other));
  const Trap trap = try_call(exports_.func(2), {ref_val(wasm_foreign_as_ref(foreign.get()))});
  ASSERT_NE(trap, nullptr);
  EXPECT_NE(message_of(trap.get()).find("wrong store"), std::string::npos);
  wasm_store_delete(other);
}

TEST_F(References, ForeignObjectsGoWhenNobodyHasThem) {
  static int finalized;
  finalized = 0;
  const auto finalize = [](void*) { ++finalized; };
  Foreign foreign(wasm_foreign_new(store_));
  wasm_foreign_set_host_info_with_finalizer(foreign.get(), &finalized, finalize);
  call(exports_.func(2), {ref_val(wasm_foreign_as_ref(foreign.get()))}, 0);
  foreign.reset();
  weft_store_collect(weft_wasm_store(store_));
  EXPECT_EQ(finalized, 0) << "the guest's global has it";
  {
    wasm_val_t v;
    wasm_global_get(exports_.global(0), &v);
    EXPECT_EQ(wasm_ref_get_host_info(v.of.ref), &finalized);
    wasm_val_delete(&v);
  }
  call(exports_.func(2), {ref_val(nullptr)}, 0);
  delete_store();
  EXPECT_EQ(finalized, 1);
}

TEST_F(References, GuestObjectsStayAsLongAsTheyHaveNames) {
  const Instance i = instantiate(R"((module (type $s (struct (field i32)))
    (func (export "make") (param i32) (result externref)
      (extern.convert_any (struct.new $s (local.get 0))))
    (func (export "read") (param externref) (result i32)
      (struct.get $s 0 (ref.cast (ref $s) (any.convert_extern (local.get 0)))))
    (func (export "any") (param anyref) (result anyref) local.get 0)
    (func (export "i31") (result externref) (extern.convert_any (ref.i31 (i32.const 5))))
    (func (export "garbage") (param i32)
      (loop $l (drop (struct.new $s (i32.const 0)))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))))");
  ASSERT_NE(i, nullptr);
  const Exports exports(i);
  std::vector<Ref> objects;
  for (int n = 0; n < 50; ++n) objects.emplace_back(call(exports.func(0), {i32(n)}, 1)[0].of.ref);
  call(exports.func(4), {i32(100000)}, 0);
  weft_store_collect(weft_wasm_store(store_));
  for (int n = 0; n < 50; ++n) {
    wasm_ref_t* const r = objects[static_cast<size_t>(n)].get();
    EXPECT_EQ(call(exports.func(1), {ref_val(r)}, 1)[0].of.i32, n);
  }
  const Ref copy(wasm_ref_copy(objects[7].get()));
  const Ref back = through_all(objects[7].get());
  EXPECT_TRUE(wasm_ref_same(back.get(), copy.get()));
  EXPECT_TRUE(wasm_ref_same(back.get(), objects[7].get()));
  EXPECT_FALSE(wasm_ref_same(back.get(), objects[8].get()));
  const auto any = call(exports.func(2), {ref_val(objects[7].get())}, 1)[0];
  EXPECT_EQ(any.kind, WEFT_WASM_ANYREF);
  const Ref as_any(any.of.ref);
  EXPECT_TRUE(wasm_ref_same(as_any.get(), objects[7].get()));
  const Ref small(call(exports.func(3), {}, 1)[0].of.ref);
  const Ref small_back = through_all(small.get());
  EXPECT_TRUE(wasm_ref_same(small.get(), small_back.get()));
  const Trap trap = try_call(exports.func(1), {ref_val(wasm_func_as_ref(echo_.get()))});
  EXPECT_NE(trap, nullptr) << "a host's reference is no struct";
}

// --- host info

int finalized_infos;
void finalize_info(void* info) {
  finalized_infos += static_cast<int>(reinterpret_cast<intptr_t>(info));
}
void* info(intptr_t n) { return reinterpret_cast<void*>(n); }

TEST_F(References, HostInfoBelongsToTheThingAndNotToItsName) {
  finalized_infos = 0;
  wasm_extern_t* const g = exports_[0];
  EXPECT_EQ(wasm_extern_get_host_info(g), nullptr);
  wasm_extern_set_host_info(g, info(3));
  const Exports again(instance_);
  EXPECT_EQ(wasm_global_get_host_info(again.global(0)), info(3));
  EXPECT_EQ(wasm_ref_get_host_info(wasm_global_as_ref(again.global(0))), info(3));
  EXPECT_EQ(wasm_table_get_host_info(again.table(1)), nullptr);
  wasm_global_set_host_info_with_finalizer(again.global(0), info(10), finalize_info);
  EXPECT_EQ(finalized_infos, 0);
  wasm_global_set_host_info_with_finalizer(again.global(0), info(100), finalize_info);
  EXPECT_EQ(finalized_infos, 10) << "the replaced one";
  wasm_instance_set_host_info_with_finalizer(instance_.get(), info(1000), finalize_info);
  instance_.reset();
  EXPECT_EQ(finalized_infos, 10) << "the instance is still there";
  delete_store();
  EXPECT_EQ(finalized_infos, 1110);
  wasm_global_set_host_info_with_finalizer(again.global(0), info(1), finalize_info);
  EXPECT_EQ(finalized_infos, 1111) << "nothing to attach it to";
}

TEST_F(References, HostInfoOfModulesTrapsAndForeignObjectsGoesWithTheirLastName) {
  finalized_infos = 0;
  Module m = module("(module)");
  Module copy(wasm_module_copy(m.get()));
  wasm_module_set_host_info_with_finalizer(m.get(), info(5), finalize_info);
  EXPECT_EQ(wasm_module_get_host_info(copy.get()), info(5));
  EXPECT_TRUE(wasm_module_same(m.get(), copy.get()));
  m.reset();
  EXPECT_EQ(finalized_infos, 0);
  copy.reset();
  EXPECT_EQ(finalized_infos, 5);
}

TEST_F(References, NamesMayOutliveTheirStore) {
  const Ref func(wasm_func_as_ref(wasm_func_copy(echo_.get())));
  const Foreign foreign(wasm_foreign_new(store_));
  const Memory memory(wasm_memory_new(
      store_, std::unique_ptr<wasm_memorytype_t, Deleter<wasm_memorytype_delete>>([] {
                const wasm_limits_t limits = {1, 1};
                return wasm_memorytype_new(&limits);
              }())
                  .get()));
  call(exports_.func(2), {ref_val(wasm_foreign_as_ref(foreign.get()))}, 0);
  wasm_val_t held;
  wasm_global_get(exports_.global(0), &held);
  delete_store();
  EXPECT_NE(try_call(exports_.func(3), {}), nullptr);
  EXPECT_EQ(wasm_memory_data(memory.get()), nullptr);
  EXPECT_EQ(wasm_memory_size(memory.get()), 0u);
  EXPECT_FALSE(wasm_memory_grow(memory.get(), 0));
  EXPECT_EQ(wasm_table_get(exports_.table(1), 0), nullptr);
  EXPECT_FALSE(wasm_table_set(exports_.table(1), 0, nullptr));
  EXPECT_EQ(wasm_func_type(echo_.get()), nullptr);
  EXPECT_EQ(wasm_extern_type(exports_[0]), nullptr);
  EXPECT_TRUE(wasm_ref_same(held.of.ref, wasm_foreign_as_ref(foreign.get())));
  wasm_val_delete(&held);
  wasm_extern_vec_t none;
  wasm_instance_exports(instance_.get(), &none);
  EXPECT_EQ(none.size, 0u);
  const Func copy(wasm_func_copy(echo_.get()));
  EXPECT_TRUE(wasm_func_same(copy.get(), echo_.get()));
}

TEST_F(References, ValuesOwnTheirReference) {
  const Foreign foreign(wasm_foreign_new(store_));
  wasm_val_t vals[2] = {ref_val(wasm_foreign_as_ref(wasm_foreign_copy(foreign.get()))), i32(4)};
  wasm_val_vec_t vec, copy;
  wasm_val_vec_new(&vec, 2, vals);
  wasm_val_vec_copy(&copy, &vec);
  EXPECT_NE(copy.data[0].of.ref, vec.data[0].of.ref);
  EXPECT_TRUE(wasm_ref_same(copy.data[0].of.ref, vec.data[0].of.ref));
  EXPECT_EQ(copy.data[1].of.i32, 4);
  wasm_val_vec_delete(&vec);
  wasm_val_vec_delete(&copy);
}

// --- modules

constexpr std::string_view kAnswer =
    R"((module (func (export "answer") (result i32) i32.const 42)))";

TEST_F(Objects, ModulesAreSharedWithStoresOnOtherThreads) {
  const Module m = module(kAnswer);
  wasm_shared_module_t* const shared = wasm_module_share(m.get());
  const auto answer = [shared](wasm_engine_t* engine) {
    wasm_store_t* const store = wasm_store_new(engine);
    const Module mine(wasm_module_obtain(store, shared));
    const wasm_extern_vec_t none = WASM_EMPTY_VEC;
    const Instance i(wasm_instance_new(store, mine.get(), &none, nullptr));
    const Exports exports(i);
    const int32_t result = call(exports.func(0), {}, 1)[0].of.i32;
    wasm_store_delete(store);
    return result;
  };
  std::vector<int32_t> results(4);
  std::vector<std::thread> threads;
  for (int32_t& r : results) threads.emplace_back([&] { r = answer(engine_); });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(results, std::vector<int32_t>(4, 42));
  wasm_engine_t* const other = wasm_engine_new();
  EXPECT_EQ(answer(other), 42) << "compiled again for another engine";
  wasm_engine_delete(other);
  wasm_shared_module_delete(shared);
}

TEST_F(Objects, ModulesAreSerialized) {
  const Module m = module(kAnswer);
  wasm_byte_vec_t bytes;
  wasm_module_serialize(m.get(), &bytes);
  ASSERT_GT(bytes.size, 8u);
  const Module back(wasm_module_deserialize(store_, &bytes));
  ASSERT_NE(back, nullptr);
  const Instance i = instantiate(back);
  const Exports exports(i);
  EXPECT_EQ(call(exports.func(0), {}, 1)[0].of.i32, 42);
  bytes.data[2] ^= 1;
  EXPECT_EQ(wasm_module_deserialize(store_, &bytes), nullptr);
  EXPECT_NE(last_error(), "");
  bytes.data[2] ^= 1;
  for (size_t size : {size_t{0}, size_t{4}, size_t{8}, bytes.size - 1}) {
    const wasm_byte_vec_t part = {size, bytes.data};
    EXPECT_EQ(wasm_module_deserialize(store_, &part), nullptr) << size;
  }
  wasm_byte_vec_delete(&bytes);
}

TEST_F(Objects, ModulesAreBinaryAndValid) {
  const auto try_bytes = [this](std::string_view text) {
    wasm_byte_vec_t bytes;
    wasm_byte_vec_new(&bytes, text.size(), text.data());
    const bool valid = wasm_module_validate(store_, &bytes);
    const Module m(wasm_module_new(store_, &bytes));
    wasm_byte_vec_delete(&bytes);
    EXPECT_EQ(valid, m != nullptr);
    return valid;
  };
  using std::string_view_literals::operator""sv;
  EXPECT_TRUE(try_bytes("\0asm\1\0\0\0"sv));
  EXPECT_FALSE(try_bytes(""));
  EXPECT_FALSE(try_bytes("\0asm\2\0\0\0"sv));
  EXPECT_FALSE(try_bytes("(module)")) << "the text format is weft_wasm_module_new's";
  EXPECT_NE(last_error(), "");
}

}  // namespace
}  // namespace wasm_h
