// weft.h: configuration, engine, modules.
#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "api/inspect.hpp"
#include "api/objects.hpp"
#include "platform/file.hpp"
#include "text/parser.hpp"
#include "wasm/type_text.hpp"

using namespace weft;

namespace {

/// Stores `value` in a configuration field if it fits its type.
template <class T>
bool assign(T& field, uint64_t value) {
  if constexpr (std::is_same_v<T, bool>) {
    if (value > 1) return false;
    field = value != 0;
  } else if constexpr (std::is_enum_v<T>) {
    if (value > 2) return false;
    field = static_cast<T>(value);
  } else {
    if (value > std::numeric_limits<T>::max()) return false;
    field = static_cast<T>(value);
  }
  return true;
}

std::string export_type(const binary::Module& m, const binary::Export& e) {
  switch (e.kind) {
    case wasm::ExternKind::func: {
      const std::string type =
          wasm::to_text(m.params(wasm::FuncIdx(e.index)), m.results(wasm::FuncIdx(e.index)));
      return type.empty() ? "(func)" : "(func " + type + ")";
    }
    case wasm::ExternKind::table: return "(table " + wasm::to_text(m.tables[e.index].type) + ")";
    case wasm::ExternKind::memory: return "(memory " + wasm::to_text(m.memories[e.index]) + ")";
    case wasm::ExternKind::global: return "(global " + wasm::to_text(m.globals[e.index].type) + ")";
    case wasm::ExternKind::tag:
      return "(tag " + wasm::to_text(m.types.params(m.tags[e.index].type), {}) + ")";
  }
  return "";
}

weft_module::Texts& texts_of(const weft_module_t* module) {
  weft_module::Texts& texts = *module->texts;
  std::call_once(texts.once, [&] {
    const binary::Module& m = module->module.module();
    std::vector<std::string> imports;
    std::vector<std::string> exports;
    for (const binary::Import& i : m.imports) {
      imports.push_back(export_type(m, {i.name, i.kind, i.index, 0}));
    }
    for (const binary::Export& e : m.exports) exports.push_back(export_type(m, e));
    texts.imports = std::move(imports);  // both or none, should memory run out
    texts.exports = std::move(exports);
  });
  return texts;
}

engine::CompileOptions compile_options(weft_progress_t progress, void* env, std::string name = {}) {
  engine::CompileOptions options;
  options.name = std::move(name);
  if (progress != nullptr) {
    options.progress = [progress, env](uint64_t done, uint64_t total) {
      progress(env, done, total);
    };
  }
  return options;
}

/// NULL would be the default configuration.
weft_config_t* exhausted_config() {
  static weft_config config{{}, true};
  return &config;
}

}  // namespace

extern "C" {

weft_config_t* weft_config_new(void) try { return new weft_config; }
WEFT_OR_RETURN(exhausted_config())

void weft_config_delete(weft_config_t* c) {
  if (c != nullptr && !c->exhausted) delete c;
}

weft_error_t* weft_config_set(weft_config_t* c, const char* option, uint64_t value) try {
  if (c->exhausted) return api::out_of_memory();
#define WEFT_CONFIG(type, name, default_value, text)                                     \
  if (std::strcmp(option, #name) == 0) {                                                 \
    if (assign(c->config.name, value)) return nullptr;                                   \
    return api::to_c(                                                                    \
        Error(ErrorCode::bad_config,                                                     \
              "value out of range for option \"" #name "\": " + std::to_string(value))); \
  }
#include "engine/config.def"
#undef WEFT_CONFIG
  return api::to_c(Error(ErrorCode::bad_config, "unknown option \"" + std::string(option) + "\""));
}
WEFT_OR_ERROR

weft_error_t* weft_config_feature(weft_config_t* c, const char* feature, bool on) try {
  if (c->exhausted) return api::out_of_memory();
  wasm::Feature found{};
  if (!wasm::feature_from_text(feature, found)) {
    return api::to_c(
        Error(ErrorCode::bad_config, "unknown feature \"" + std::string(feature) + "\""));
  }
  c->config.features.set(found, on);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_engine_new(weft_config_t* config, weft_engine_t** out) try {
  if (config != nullptr && config->exhausted) return api::out_of_memory();
  const std::unique_ptr<weft_config> owned(config);
  WEFT_ASSIGN_C(engine::Engine engine,
                engine::Engine::create(owned ? owned->config : engine::Config{}));
  *out = new weft_engine{std::move(engine)};
  return nullptr;
}
WEFT_OR_ERROR

void weft_engine_delete(weft_engine_t* e) { delete e; }
void weft_engine_increment_epoch(weft_engine_t* e) { e->engine.increment_epoch(); }

weft_error_t* weft_module_new_progress(weft_engine_t* e, const uint8_t* bytes, size_t size,
                                       weft_progress_t progress, void* env,
                                       weft_module_t** out) try {
  WEFT_ASSIGN_C(auto module,
                engine::CompiledModule::compile(e->engine, std::as_bytes(std::span(bytes, size)),
                                                compile_options(progress, env)));
  *out = new weft_module{std::move(module)};
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_module_new(weft_engine_t* e, const uint8_t* bytes, size_t size,
                              weft_module_t** out) try {
  return weft_module_new_progress(e, bytes, size, nullptr, nullptr, out);
}
WEFT_OR_ERROR

weft_error_t* weft_module_from_file(weft_engine_t* e, const char* path, weft_progress_t progress,
                                    void* env, weft_module_t** out) try {
  auto file = platform::read_file(path);
  if (!file)
    return api::to_c(Error(ErrorCode::io, platform::describe_read_failure(path, file.error())));
  const auto bytes = std::make_shared<platform::FileBytes>(std::move(*file));
  std::string name(path);
  if (const size_t slash = name.rfind('/'); slash != std::string::npos) name.erase(0, slash + 1);
  WEFT_ASSIGN_C(auto module, engine::CompiledModule::compile_shared(
                                 e->engine, std::as_bytes(bytes->bytes()), bytes,
                                 compile_options(progress, env, std::move(name))));
  *out = new weft_module{std::move(module)};
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_module_validate(weft_engine_t* e, const uint8_t* bytes, size_t size) try {
  WEFT_TRY_C(engine::CompiledModule::validate(e->engine, std::as_bytes(std::span(bytes, size))));
  return nullptr;
}
WEFT_OR_ERROR

weft_module_t* weft_module_clone(const weft_module_t* m) {
  if (m == nullptr) return nullptr;
  // SAFETY: no module is const itself. Relaxed: who clones owns one already.
  auto* const shared = const_cast<weft_module_t*>(m);
  shared->owners.fetch_add(1, std::memory_order_relaxed);
  return shared;
}

void weft_module_delete(weft_module_t* m) {
  // SAFETY: the last owner sees what the others did before they let go.
  if (m != nullptr && m->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete m;
}

size_t weft_module_import_count(const weft_module_t* m) {
  return m->module.module().imports.size();
}

weft_import_desc_t weft_module_import(const weft_module_t* m, size_t i) try {
  const auto& imports = m->module.module().imports;
  if (i >= imports.size()) return {};
  return {api::borrow(imports[i].module), api::borrow(imports[i].name),
          static_cast<weft_externkind_t>(imports[i].kind), api::borrow(texts_of(m).imports[i])};
}
WEFT_OR_RETURN({})

size_t weft_module_export_count(const weft_module_t* m) {
  return m->module.module().exports.size();
}

weft_export_desc_t weft_module_export(const weft_module_t* m, size_t i) try {
  const auto& exports = m->module.module().exports;
  if (i >= exports.size()) return {};
  return {api::borrow(exports[i].name), static_cast<weft_externkind_t>(exports[i].kind),
          api::borrow(texts_of(m).exports[i])};
}
WEFT_OR_RETURN({})

weft_error_t* weft_module_inspect(const weft_module_t* m, uint32_t what, uint32_t func,
                                  weft_bytes_t* out) try {
  WEFT_ASSIGN_C(const std::string text, api::inspect(m->module, what, func));
  *out = api::to_bytes(text);
  return out->data != nullptr ? nullptr : api::out_of_memory();
}
WEFT_OR_ERROR

weft_error_t* weft_wat_to_wasm(const char* text, size_t size, weft_bytes_t* out) try {
  WEFT_ASSIGN_C(const auto bytes, text::parse_module(std::string_view(text, size)));
  *out = api::to_bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return out->data != nullptr ? nullptr : api::out_of_memory();
}
WEFT_OR_ERROR

}  // extern "C"
