// weft.h: serialized modules, modules in pieces.
#include "api/objects.hpp"
#include "engine/module_builder.hpp"
#include "engine/serialize.hpp"

using namespace weft;

static_assert(engine::kLibraryVersion ==
              (WEFT_VERSION_MAJOR << 16 | WEFT_VERSION_MINOR << 8 | WEFT_VERSION_PATCH));

struct weft_module_builder {
  engine::ModuleBuilder builder;
};

namespace {

weft_error_t* deserialize(weft_engine_t* e, const uint8_t* data, size_t size, bool trusted,
                          weft_module_t** out) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (!engine::looks_serialized(bytes))
    return api::to_c(Error(ErrorCode::malformed, "malformed: not a serialized module"));
  engine::CompileOptions options;
  options.trusted = trusted;
  WEFT_ASSIGN_C(auto module, engine::CompiledModule::compile(e->engine, bytes, std::move(options)));
  *out = new weft_module{std::move(module)};
  return nullptr;
}

}  // namespace

extern "C" {

weft_error_t* weft_module_serialize(const weft_module_t* m, weft_bytes_t* out) try {
  WEFT_REFUSE_NULL(m);
  const std::vector<std::byte> bytes = engine::serialize(m->module);
  // SAFETY: bytes read as characters.
  *out = api::to_bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return out->data == nullptr ? api::out_of_memory() : nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_module_deserialize(weft_engine_t* e, const uint8_t* bytes, size_t size,
                                      weft_module_t** out) try {
  return deserialize(e, bytes, size, false, out);
}
WEFT_OR_ERROR

weft_error_t* weft_module_deserialize_trusted(weft_engine_t* e, const uint8_t* bytes, size_t size,
                                              weft_module_t** out) try {
  return deserialize(e, bytes, size, true, out);
}
WEFT_OR_ERROR

weft_error_t* weft_module_builder_new(weft_engine_t* e, weft_module_builder_t** out) try {
  *out = new weft_module_builder{engine::ModuleBuilder(e->engine, {})};
  return nullptr;
}
WEFT_OR_ERROR

void weft_module_builder_delete(weft_module_builder_t* b) { delete b; }

weft_error_t* weft_module_builder_write(weft_module_builder_t* b, const uint8_t* chunk,
                                        size_t size) try {
  WEFT_REFUSE_NULL(b);
  WEFT_TRY_C(b->builder.write(std::as_bytes(std::span(chunk, size))));
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_module_builder_finish(weft_module_builder_t* b, weft_module_t** out) try {
  WEFT_REFUSE_NULL(b);
  WEFT_ASSIGN_C(auto module, b->builder.finish());
  *out = new weft_module{std::move(module)};
  return nullptr;
}
WEFT_OR_ERROR

}  // extern "C"
