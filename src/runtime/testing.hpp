// Tests only: modules built by hand, and a fake tier whose functions are C++ functions.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "runtime/store.hpp"
#include "runtime/trap_exit.hpp"

namespace weft::runtime::testing {

inline std::shared_ptr<EngineState> make_engine(RuntimeOptions options = {}) {
  return std::make_shared<EngineState>(options);
}

/// Builds a binary::Module and gives its functions a body each: a VMArrayCall-like callback.
class ModuleBuilder {
 public:
  using Body = TrapCode (*)(VMFuncRef* callee, Cell* cells);

  ModuleBuilder() : module_(std::make_shared<binary::Module>()) {}

  uint32_t func_type(std::vector<ValType> params, std::vector<ValType> results) {
    TypeList& t = module_->types;
    t.begin_group();
    t.begin_type(CompositeKind::func, true, std::nullopt);
    for (ValType v : params) t.add_param(v);
    for (ValType v : results) t.add_result(v);
    t.finish_group();
    return t.size() - 1;
  }
  uint32_t import_func(uint32_t type) {
    module_->imports.push_back({"env", "f", ExternKind::func, module_->imported_funcs});
    module_->funcs.push_back(TypeIdx(type));
    return module_->imported_funcs++;
  }
  uint32_t func(uint32_t type, Body body) {
    module_->funcs.push_back(TypeIdx(type));
    const auto index = static_cast<uint32_t>(module_->funcs.size() - 1);
    bodies_[index] = body;
    return index;
  }
  uint32_t memory(uint64_t min, std::optional<uint64_t> max = {}) {
    MemoryType t;
    t.limits = {min, max};
    module_->memories.push_back(t);
    return static_cast<uint32_t>(module_->memories.size() - 1);
  }
  uint32_t table(uint64_t min, std::optional<uint64_t> max = {}) {
    binary::Table t;
    t.type.limits = {min, max};
    module_->tables.push_back(t);
    return static_cast<uint32_t>(module_->tables.size() - 1);
  }
  uint32_t passive_data(std::string_view text) {
    binary::DataSegment d;
    d.bytes = append(text);
    module_->datas.push_back(d);
    return static_cast<uint32_t>(module_->datas.size() - 1);
  }
  uint32_t passive_elem(std::vector<uint8_t> funcs) {
    binary::ElemSegment e;
    e.count = static_cast<uint32_t>(funcs.size());
    e.items = append(std::string(funcs.begin(), funcs.end()));
    module_->elems.push_back(e);
    return static_cast<uint32_t>(module_->elems.size() - 1);
  }
  void export_(std::string_view name, ExternKind kind, uint32_t index) {
    module_->exports.push_back({name, kind, index, 0});
  }
  binary::Module& module() { return *module_; }

  std::shared_ptr<ModuleInfo> finish(EngineState& engine) {
    auto bytes = std::make_shared<std::string>(bytes_);
    module_->bytes = std::as_bytes(std::span(*bytes));
    module_->keep_alive = bytes;
    auto info = std::make_shared<ModuleInfo>();
    info->module = module_;
    info->type_ids = engine.types().intern(module_->types).value();
    info->finish();
    auto bodies = std::make_shared<std::map<uint32_t, Body>>(bodies_);
    info->tier_owner = bodies;
    info->guarded = {call_body, find_body, bodies.get()};
    info->checked = info->guarded;
    return info;
  }

 private:
  binary::ByteRange append(std::string_view text) {
    const auto offset = static_cast<uint32_t>(bytes_.size());
    bytes_ += text;
    return {offset, static_cast<uint32_t>(text.size())};
  }
  static void* find_body(void* env, FuncIdx f) {
    return reinterpret_cast<void*>((*static_cast<std::map<uint32_t, Body>*>(env))[f.value]);
  }
  static TrapCode call_body(VMFuncRef* callee, VMContext*, Cell* cells, size_t) {
    return reinterpret_cast<Body>(callee->code)(callee, cells);
  }

  std::shared_ptr<binary::Module> module_;
  std::map<uint32_t, Body> bodies_;
  std::string bytes_;
};

}  // namespace weft::runtime::testing
