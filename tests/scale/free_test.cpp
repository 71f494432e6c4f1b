// Freeing an instance before its store: what refuses it, and what its handles give afterwards.
#include "scale.hpp"

namespace weft::scale {
namespace {

constexpr std::string_view kPlain = R"((module
  (memory (export "memory") 1)
  (table (export "table") 2 funcref)
  (elem (i32.const 0) $f)
  (global (export "global") (mut i32) (i32.const 5))
  (func $f (export "f") (result i32) (i32.const 42))))";

struct Freed : ::testing::Test {
  Engine engine = must(Engine::make());
  Store store = must(Store::make(engine));
  weft_store_t* s = store.c_api();
};

TEST_F(Freed, EveryHandleIsRefusedAndNewOnesAreNotMistaken) {
  const Instance instance = make(engine, store, kPlain);
  const weft_extern_t memory = export_of(store, instance, "memory");
  const weft_extern_t table = export_of(store, instance, "table");
  const weft_extern_t global = export_of(store, instance, "global");
  const weft_extern_t func = export_of(store, instance, "f");
  const auto typed = must(instance.get<int32_t()>(store, "f"));
  EXPECT_EQ(typed(store).value(), 42);
  ASSERT_EQ(code_of(weft_instance_free(s, instance.c_api())), -1);

  // The slot is taken again: old handles still name the old instance.
  const Instance next = make(engine, store, kPlain);
  EXPECT_NE(next.c_api().index, instance.c_api().index);
  uint8_t* base = nullptr;
  uint64_t bytes = 0;
  weft_val_t value{};
  weft_raw_t cell{};
  weft_extern_t out{};
  weft_trap_t* trap = nullptr;
  EXPECT_EQ(code_of(weft_memory_data(s, memory.of.memory, &base, &bytes)), WEFT_ERROR_FREED);
  EXPECT_EQ(code_of(weft_memory_grow(s, memory.of.memory, 1, &bytes)), WEFT_ERROR_FREED);
  EXPECT_EQ(code_of(weft_table_get(s, table.of.table, 0, &value)), WEFT_ERROR_FREED);
  EXPECT_EQ(code_of(weft_global_get(s, global.of.global, &value)), WEFT_ERROR_FREED);
  EXPECT_EQ(code_of(weft_func_call(s, func.of.func, nullptr, 0, &value, 1, &trap)),
            WEFT_ERROR_FREED);
  EXPECT_EQ(code_of(weft_instance_free(s, instance.c_api())), WEFT_ERROR_FREED);
  EXPECT_FALSE(weft_instance_export(s, instance.c_api(), "f", 1, &out));
  trap = weft_func_call_unchecked(s, func.of.func, &cell, 1);
  ASSERT_NE(trap, nullptr);
  EXPECT_EQ(weft_error_code(weft_trap_host_error(trap)), WEFT_ERROR_FREED);
  weft_trap_delete(trap);
  const auto late = typed(store);
  ASSERT_FALSE(late);
  EXPECT_NE(std::string(late.error().message()).find("freed"), std::string::npos);
  // As an argument, an import, an element.
  value.kind = WEFT_FUNCREF;
  value.of.funcref = func.of.func;
  EXPECT_EQ(code_of(weft_table_set(s, export_of(store, next, "table").of.table, 1, &value)),
            WEFT_ERROR_FREED);
  const Module importing =
      must(Module::compile(engine, R"((module (import "a" "f" (func (result i32)))))"));
  weft_instance_t made{};
  EXPECT_EQ(code_of(weft_instance_new(s, importing.c_api(), &func, 1, &made, &trap)),
            WEFT_ERROR_FREED);
}

TEST_F(Freed, InventedHandlesAreRefused) {
  const Instance some = make(engine, store, kPlain);
  weft_val_t value{};
  for (uint64_t index : {uint64_t{0}, ~uint64_t{0}, uint64_t{1} << 63, uint64_t{0xfffff} << 24,
                         uint64_t{0x100001} << 24 | 0xffffff, uint64_t{7} << 44}) {
    for (uint64_t low = 0; low < 3; ++low) {
      const weft_global_t global{some.c_api().store, index ^ low};
      EXPECT_EQ(code_of(weft_global_get(s, global, &value)), WEFT_ERROR_FREED) << index;
    }
  }
}

struct Row {
  const char* name;
  std::string_view user;  // imports from "a", or is called with f
  const char* refusal;    // part of the message; null: it can be freed
};
constexpr std::string_view kGiver = R"((module
  (type $ft (func (result i32)))
  (tag $t (export "tag"))
  (memory (export "memory") 1) (table (export "table") 2 funcref)
  (global (export "global") (mut i32) (i32.const 5))
  (func $f (export "f") (result i32) (i32.const 42))
  (func (export "ref") (result funcref) (ref.func $f))))";

TEST_F(Freed, WhoRefersToItRefusesItAndLettingGoFreesIt) {
  const Row rows[] = {
      {"imports a function", R"((module (import "a" "f" (func (result i32)))))", "import"},
      {"imports a memory", R"((module (import "a" "memory" (memory 1))))", "import"},
      {"imports a table", R"((module (import "a" "table" (table 2 funcref))))", "import"},
      {"imports a global", R"((module (import "a" "global" (global (mut i32)))))", "import"},
      {"imports a tag", R"((module (import "a" "tag" (tag))))", "import"},
      {"in a table", R"((module (import "a" "ref" (func $r (result funcref)))
         (table (export "t") 3 funcref)
         (func $start (table.set (i32.const 2) (call $r))) (start $start)))",
       "import"},
      {"nothing", "(module)", nullptr},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Instance giver = make(engine, store, kGiver);
    const Module module = must(Module::compile(engine, row.user));
    Linker linker(engine);
    must(linker.instance(store, "a", giver));
    const Instance user = *linker.instantiate(store, module);
    const std::string refusal = text_of(weft_instance_free(s, giver.c_api()));
    if (row.refusal == nullptr) {
      EXPECT_EQ(refusal, "");
      continue;
    }
    EXPECT_NE(refusal.find("in use"), std::string::npos) << refusal;
    EXPECT_NE(refusal.find(row.refusal), std::string::npos) << refusal;
    EXPECT_EQ((*must(giver.get<int32_t()>(store, "f"))(store)), 42);
    EXPECT_EQ(text_of(weft_instance_free(s, user.c_api())), "");
    EXPECT_EQ(text_of(weft_instance_free(s, giver.c_api())), "");
  }
}

TEST_F(Freed, ReferencesInTablesGlobalsAndObjects) {
  const Instance holder = make(engine, store, R"((module
    (type $box (struct (field funcref)))
    (type $arr (array (mut funcref)))
    (table (export "t") 2 funcref)
    (global $g (export "g") (mut funcref) (ref.null func))
    (global $o (mut anyref) (ref.null any))
    (func (export "box") (param funcref) (global.set $o (struct.new $box (local.get 0))))
    (func (export "array") (param funcref)
      (global.set $o (array.new $arr (local.get 0) (i32.const 3))))
    (func (export "drop") (global.set $o (ref.null any)))))");
  for (const std::string_view where : {"table", "global", "box", "array"}) {
    SCOPED_TRACE(where);
    const Instance giver = make(engine, store, kGiver);
    weft_val_t f{};
    f.kind = WEFT_FUNCREF;
    f.of.funcref = export_of(store, giver, "f").of.func;
    weft_val_t none{};
    none.kind = WEFT_FUNCREF;
    weft_trap_t* trap = nullptr;
    if (where == "table") {
      ASSERT_EQ(code_of(weft_table_set(s, export_of(store, holder, "t").of.table, 1, &f)), -1);
    } else if (where == "global") {
      ASSERT_EQ(code_of(weft_global_set(s, export_of(store, holder, "g").of.global, &f)), -1);
    } else {
      ASSERT_EQ(code_of(weft_func_call(s, export_of(store, holder, where).of.func, &f, 1, nullptr,
                                       0, &trap)),
                -1);
    }
    EXPECT_NE(text_of(weft_instance_free(s, giver.c_api())).find("in use"), std::string::npos);
    weft_table_set(s, export_of(store, holder, "t").of.table, 1, &none);
    weft_global_set(s, export_of(store, holder, "g").of.global, &none);
    weft_func_call(s, export_of(store, holder, "drop").of.func, nullptr, 0, nullptr, 0, &trap);
    EXPECT_EQ(text_of(weft_instance_free(s, giver.c_api())), "");
  }
}

TEST_F(Freed, ItsOwnObjectsDoNotKeepIt) {
  const Instance own = make(engine, store, R"((module
    (type $box (struct (field funcref)))
    (global $o (mut anyref) (ref.null any))
    (elem declare func $f) (func $f)
    (func (export "keep") (global.set $o (struct.new $box (ref.func $f))))))");
  ASSERT_TRUE(must(own.get<void()>(store, "keep"))(store));
  EXPECT_EQ(text_of(weft_instance_free(s, own.c_api())), "");
}

TEST_F(Freed, NotWhileItRuns) {
  weft_instance_t running{};
  std::vector<std::string> refusals;
  Linker linker(engine);
  must(linker.func("host", "free", [&](Caller& caller) {
    refusals.push_back(text_of(weft_instance_free(caller.store().c_api(), running)));
  }));
  const Module module = must(Module::compile(engine, R"((module
    (import "host" "free" (func $free))
    (func (export "go") (result i32) (call $free) (i32.const 7)))
  )"));
  const Instance instance = *linker.instantiate(store, module);
  const Instance other = *linker.instantiate(store, module);
  running = instance.c_api();
  EXPECT_EQ(*must(instance.get<int32_t()>(store, "go"))(store), 7);
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_NE(refusals[0].find("running"), std::string::npos) << refusals[0];
  // Another one's call does not keep it.
  EXPECT_EQ(*must(other.get<int32_t()>(store, "go"))(store), 7);
  ASSERT_EQ(refusals.size(), 2u);
  EXPECT_EQ(refusals[1], "");
}

TEST_F(Freed, LinkersNoticeAndHostDataIsFinalized) {
  const Instance instance = make(engine, store, kPlain);
  static int finalized = 0;
  finalized = 0;
  int data = 0;
  ASSERT_EQ(code_of(weft_instance_set_data(s, instance.c_api(), &data, [](void*) { ++finalized; })),
            -1);
  EXPECT_EQ(weft_instance_data(s, instance.c_api()), &data);
  Linker linker(engine);
  must(linker.instance(store, "a", instance));
  EXPECT_EQ(text_of(weft_instance_free(s, instance.c_api())), "");
  EXPECT_EQ(finalized, 1);
  EXPECT_EQ(weft_instance_data(s, instance.c_api()), nullptr);
  const Module module =
      must(Module::compile(engine, R"((module (import "a" "f" (func (result i32)))))"));
  const auto made = linker.instantiate(store, module);
  ASSERT_FALSE(made);
  EXPECT_NE(std::string(made.error().message()).find("freed"), std::string::npos);
}

TEST_F(Freed, ForEverInOneStore) {
  const Module module = must(Module::compile(engine, kPlain));
  Linker linker(engine);
  for (int i = 0; i < 20000; ++i) {
    const Instance instance = *linker.instantiate(store, module);
    ASSERT_EQ(code_of(weft_instance_free(s, instance.c_api())), -1);
  }
}

}  // namespace
}  // namespace weft::scale
