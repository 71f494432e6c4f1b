// An engine and a store of wasm.h, modules from text, and owners for what wasm.h gives away.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "own.hpp"

namespace wasm_h {

inline std::string text_of(const wasm_name_t& name) {
  return name.size == 0 ? std::string() : std::string(name.data, name.size);
}

inline std::string message_of(const wasm_trap_t* trap) {
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  EXPECT_GT(message.size, 0u);
  EXPECT_EQ(message.data[message.size - 1], '\0');
  std::string text = message.data;
  wasm_name_delete(&message);
  return text;
}

inline FuncType func_type(std::initializer_list<wasm_valkind_t> params,
                          std::initializer_list<wasm_valkind_t> results) {
  const auto vec = [](std::initializer_list<wasm_valkind_t> kinds) {
    std::vector<wasm_valtype_t*> types;
    for (const wasm_valkind_t k : kinds) types.push_back(wasm_valtype_new(k));
    wasm_valtype_vec_t out;
    wasm_valtype_vec_new(&out, types.size(), types.data());
    return out;
  };
  wasm_valtype_vec_t p = vec(params);
  wasm_valtype_vec_t r = vec(results);
  return FuncType(wasm_functype_new(&p, &r));
}

inline wasm_val_t i32(int32_t v) { return WASM_I32_VAL(v); }
inline wasm_val_t ref_val(wasm_ref_t* r) { return WASM_REF_VAL(r); }

class World : public ::testing::Test {
 protected:
  World() : World(nullptr) {}
  explicit World(wasm_config_t* config)
      : engine_(wasm_engine_new_with_config(config)), store_(wasm_store_new(engine_)) {}
  ~World() override {
    delete_store();
    wasm_engine_delete(engine_);
  }

  void delete_store() { wasm_store_delete(std::exchange(store_, nullptr)); }

  Module module(std::string_view wat, wasm_store_t* store = nullptr) {
    wasm_module_t* out = nullptr;
    weft_error_t* const error =
        weft_wasm_module_new(store != nullptr ? store : store_, wat.data(), wat.size(), &out);
    if (error != nullptr) {
      const weft_str_t text = weft_error_message(error);
      ADD_FAILURE() << std::string(text.data, text.size);
      weft_error_delete(error);
    }
    return Module(out);
  }

  Instance instantiate(const Module& m, std::vector<wasm_extern_t*> imports = {},
                       wasm_trap_t** trap = nullptr) {
    const wasm_extern_vec_t vec = {imports.size(), imports.data()};
    return Instance(wasm_instance_new(store_, m.get(), &vec, trap));
  }
  Instance instantiate(std::string_view wat, std::vector<wasm_extern_t*> imports = {}) {
    const Module m = module(wat);
    return m == nullptr ? nullptr : instantiate(m, std::move(imports));
  }

  /// Calls with as many results as asked for; fails the test at a trap.
  static std::vector<wasm_val_t> call(const wasm_func_t* f, std::vector<wasm_val_t> args,
                                      size_t results) {
    std::vector<wasm_val_t> out(results);
    const Trap trap = try_call(f, std::move(args), &out);
    if (trap != nullptr) ADD_FAILURE() << message_of(trap.get());
    return out;
  }
  static Trap try_call(const wasm_func_t* f, std::vector<wasm_val_t> args,
                       std::vector<wasm_val_t>* results = nullptr) {
    const wasm_val_vec_t in = {args.size(), args.data()};
    wasm_val_vec_t out = WASM_EMPTY_VEC;
    if (results != nullptr) out = {results->size(), results->data()};
    return Trap(wasm_func_call(f, &in, &out));
  }
  std::string last_error() const {
    const weft_str_t text = weft_wasm_last_error(store_);
    return {text.data, text.size};
  }

  wasm_engine_t* engine_;
  wasm_store_t* store_;
};

/// The exports of an instance, in the order of the module.
class Exports {
 public:
  explicit Exports(const Instance& instance) { wasm_instance_exports(instance.get(), &vec_); }
  ~Exports() { wasm_extern_vec_delete(&vec_); }
  Exports(const Exports&) = delete;
  Exports& operator=(const Exports&) = delete;

  size_t size() const { return vec_.size; }
  wasm_extern_t* operator[](size_t i) const { return vec_.data[i]; }
  wasm_func_t* func(size_t i) const { return wasm_extern_as_func(vec_.data[i]); }
  wasm_global_t* global(size_t i) const { return wasm_extern_as_global(vec_.data[i]); }
  wasm_table_t* table(size_t i) const { return wasm_extern_as_table(vec_.data[i]); }
  wasm_memory_t* memory(size_t i) const { return wasm_extern_as_memory(vec_.data[i]); }

 private:
  wasm_extern_vec_t vec_ = WASM_EMPTY_VEC;
};

}  // namespace wasm_h
