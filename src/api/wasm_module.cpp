// wasm.h: modules: their imports and exports, sharing between stores, serialized form.
#include "api/wasm_families.hpp"
#include "engine/serialize.hpp"

using namespace weft;

namespace weft::api {

namespace {

const engine::CompiledModule& compiled(const wasm_module_t* m) {
  return static_cast<const ModuleObject&>(*m->object).module->module;
}

engine::CompileOptions binary_only() {
  engine::CompileOptions options;
  options.format = engine::Format::binary;
  return options;
}

wasm_module_t* new_module(const WasmStorePtr& store, Result<engine::CompiledModule> module) {
  if (!module) return refuse(*store, std::move(module.error().message));
  auto object = std::make_shared<ModuleObject>();
  object->module = new weft_module{std::move(*module)};
  return make_object<wasm_module_t>(RefKind::module, std::move(object), store);
}

wasm_module_t* compile(const WasmStorePtr& store, std::span<const std::byte> bytes) {
  return new_module(store,
                    engine::CompiledModule::compile(store->weft->engine, bytes, binary_only()));
}

std::span<const std::byte> bytes_of(const wasm_byte_vec_t* v) {
  return std::as_bytes(std::span(v->data, v->size));
}

/// False if there is no memory for it.
bool make_name(wasm_name_t* out, std::string_view text) {
  wasm_name_new(out, text.size(), text.data());
  return out->size == text.size();
}
using OwnedName = OwnedVec<wasm_byte_vec_t, wasm_byte_vec_delete>;

/// The type of an import, or of an item of the module that is exported.
wasm_externtype_t* externtype(const engine::CompiledModule& compiled, wasm::ExternKind kind,
                              uint32_t index) {
  const runtime::TypeRegistry& types = compiled.engine().types();
  const runtime::ModuleInfo& info = compiled.info();
  const binary::Module& m = compiled.module();
  switch (kind) {
    case wasm::ExternKind::func: return new_functype(types, info.func_type(wasm::FuncIdx(index)));
    case wasm::ExternKind::global: {
      wasm::GlobalType type = m.globals[index].type;
      type.type = info.canonical(type.type);
      return new_globaltype(types, type);
    }
    case wasm::ExternKind::table: {
      wasm::TableType type = m.tables[index].type;
      type.element = info.canonical(type.element);
      return new_tabletype(types, type);
    }
    case wasm::ExternKind::memory: return new_memorytype(m.memories[index]);
    case wasm::ExternKind::tag: break;
  }
  return new wasm_externtype_t(WEFT_WASM_EXTERN_TAG);
}

}  // namespace

}  // namespace weft::api

extern "C" {

wasm_module_t* wasm_module_new(wasm_store_t* store, const wasm_byte_vec_t* binary) try {
  return api::compile(store->state, api::bytes_of(binary));
}
WEFT_OR_NULL

bool wasm_module_validate(wasm_store_t* store, const wasm_byte_vec_t* binary) try {
  const auto valid = engine::CompiledModule::validate(
      store->state->weft->engine, api::bytes_of(binary), engine::Format::binary);
  if (!valid) api::refuse(*store->state, valid.error().message);
  return valid.has_value();
}
WEFT_OR_RETURN(false)

void wasm_module_imports(const wasm_module_t* m, wasm_importtype_vec_t* out) try {
  const engine::CompiledModule& module = api::compiled(m);
  const auto& imports = module.module().imports;
  *out = {0, nullptr};
  api::OwnedVec<wasm_importtype_vec_t, wasm_importtype_vec_delete> list;
  wasm_importtype_vec_new_uninitialized(list.get(), imports.size());
  for (size_t i = 0; i < list.get()->size; ++i) {
    api::OwnedName from;
    api::OwnedName name;
    if (!api::make_name(from.get(), imports[i].module) ||
        !api::make_name(name.get(), imports[i].name))
      return;
    wasm_externtype_t* const type = api::externtype(module, imports[i].kind, imports[i].index);
    if (type == nullptr) return;
    list.get()->data[i] = wasm_importtype_new(from.get(), name.get(), type);
    if (list.get()->data[i] == nullptr) return;
  }
  *out = list.release();
}
WEFT_OR_RETURN()

void wasm_module_exports(const wasm_module_t* m, wasm_exporttype_vec_t* out) try {
  const engine::CompiledModule& module = api::compiled(m);
  const auto& exports = module.module().exports;
  *out = {0, nullptr};
  api::OwnedVec<wasm_exporttype_vec_t, wasm_exporttype_vec_delete> list;
  wasm_exporttype_vec_new_uninitialized(list.get(), exports.size());
  for (size_t i = 0; i < list.get()->size; ++i) {
    api::OwnedName name;
    if (!api::make_name(name.get(), exports[i].name)) return;
    wasm_externtype_t* const type = api::externtype(module, exports[i].kind, exports[i].index);
    if (type == nullptr) return;
    list.get()->data[i] = wasm_exporttype_new(name.get(), type);
    if (list.get()->data[i] == nullptr) return;
  }
  *out = list.release();
}
WEFT_OR_RETURN()

void wasm_module_serialize(const wasm_module_t* m, wasm_byte_vec_t* out) try {
  const std::vector<std::byte> bytes = engine::serialize(api::compiled(m));
  // SAFETY: characters are bytes.
  wasm_byte_vec_new(out, bytes.size(), reinterpret_cast<const byte_t*>(bytes.data()));
}
WEFT_OR_RETURN()

wasm_module_t* wasm_module_deserialize(wasm_store_t* store, const wasm_byte_vec_t* serialized) try {
  weft_engine engine{store->state->weft->engine};
  auto object = std::make_shared<api::ModuleObject>();
  // SAFETY: characters are bytes.
  const auto* const data = reinterpret_cast<const uint8_t*>(serialized->data);
  if (weft_error_t* const error =
          weft_module_deserialize(&engine, data, serialized->size, &object->module)) {
    return api::refuse(*store->state, error);
  }
  return api::make_object<wasm_module_t>(api::RefKind::module, std::move(object), store->state);
}
WEFT_OR_NULL

wasm_shared_module_t* wasm_module_share(const wasm_module_t* m) try {
  return new wasm_shared_module_t{api::compiled(m)};
}
WEFT_OR_NULL
void wasm_shared_module_delete(wasm_shared_module_t* shared) { delete shared; }

wasm_module_t* wasm_module_obtain(wasm_store_t* store, const wasm_shared_module_t* shared) try {
  if (shared->module.engine() == store->state->weft->engine)
    return api::new_module(store->state, shared->module);
  return api::compile(store->state, shared->module.module().bytes);
}
WEFT_OR_NULL

}  // extern "C"
