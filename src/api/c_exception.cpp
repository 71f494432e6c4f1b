// weft.h: tags and exceptions.
#include "api/types.hpp"
#include "engine/gc_objects.hpp"

using namespace weft;

namespace {

weft_error_t* wrong_store(const char* what) {
  return api::to_c(Error(ErrorCode::wrong_store, std::string(what) + " of another store"));
}

bool is_foreign(const weft_store_t* s, weft_ref_t ref) {
  return ref.handle != runtime::kNullRef && ref.store != s->store->id();
}

}  // namespace

extern "C" {

weft_error_t* weft_tag_new(weft_store_t* s, const weft_functype_t* t, weft_tag_t* out) try {
  WEFT_REFUSE_NULL(t);
  runtime::TypeRegistry& types = s->store->engine().types();
  WEFT_ASSIGN_C(const api::Signature signature, api::from_c(types, *t));
  if (!signature.results.empty())
    return api::to_c(Error(ErrorCode::bad_argument, "bad argument: tags have no results"));
  WEFT_ASSIGN_C(const wasm::TypeId id, types.intern_func(signature.params, {}));
  *out = api::to_handle<weft_tag_t>(*s->store, engine::Tag{s->store->add_tag(id), s->store->id()});
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_tag_type(const weft_store_t* s, weft_tag_t t, weft_functype_t** out) try {
  WEFT_ASSIGN_C(const engine::Tag tag, api::from_handle<runtime::Tag>(*s->store, t));
  if (!tag.belongs_to(*s->store)) return wrong_store("tag");
  const runtime::TypeRegistry& types = s->store->engine().types();
  *out = api::to_functype(types, types[tag.object->type]);
  return nullptr;
}
WEFT_OR_ERROR

bool weft_tag_same(const weft_store_t* s, weft_tag_t a, weft_tag_t b) try {
  const auto x = api::from_handle<runtime::Tag>(*s->store, a);
  const auto y = api::from_handle<runtime::Tag>(*s->store, b);
  return x && y && x->belongs_to(*s->store) && y->belongs_to(*s->store) && x->object == y->object;
}
WEFT_OR_RETURN(false)

weft_error_t* weft_exception_new(weft_store_t* s, weft_tag_t t, const weft_val_t* values,
                                 size_t count, weft_ref_t* out) try {
  WEFT_ASSIGN_C(const engine::Tag tag, api::from_handle<runtime::Tag>(*s->store, t));
  if (!tag.belongs_to(*s->store)) return wrong_store("tag");
  std::vector<engine::Value> list;
  list.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    WEFT_ASSIGN_C(list.emplace_back(), api::from_c(*s->store, values[i]));
  }
  WEFT_ASSIGN_C(const runtime::Ref ref, engine::new_exception(*s->store, tag, list));
  *out = {s->store->id(), ref};
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_exception_tag(weft_store_t* s, weft_ref_t ref, weft_tag_t* out) try {
  if (is_foreign(s, ref)) return wrong_store("reference");
  WEFT_ASSIGN_C(const engine::Tag tag, engine::exception_tag(*s->store, ref.handle));
  *out = api::to_handle<weft_tag_t>(*s->store, tag);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_exception_values(weft_store_t* s, weft_ref_t ref, weft_val_t* out,
                                    size_t capacity, size_t* count) try {
  if (is_foreign(s, ref)) return wrong_store("reference");
  WEFT_ASSIGN_C(const auto values, engine::exception_values(*s->store, ref.handle));
  *count = values.size();
  for (size_t i = 0; i < values.size() && i < capacity; ++i)
    out[i] = api::to_c(*s->store, values[i]);
  return nullptr;
}
WEFT_OR_ERROR

weft_error_t* weft_error_throw(weft_store_t* s, weft_ref_t ref) try {
  if (is_foreign(s, ref)) return wrong_store("reference");
  auto e = std::make_unique<weft_error>(
      Error(ErrorCode::host, "a host function threw a wasm exception"));
  e->kind = weft_error::Kind::wasm_exception;
  e->exception = ref;
  return e.release();
}
WEFT_OR_ERROR

bool weft_trap_exception(const weft_trap_t* t, weft_store_t* s, weft_ref_t* out) try {
  const engine::Trap& trap = t->trap;
  if (trap.code != runtime::TrapCode::unhandled_exception || trap.store_id != s->store->id() ||
      trap.exception == runtime::kNullRef ||
      !s->store->heap().has_type(trap.exception, wasm::AbstractHeap::exn)) {
    return false;
  }
  s->store->heap().root(trap.exception);
  *out = {s->store->id(), trap.exception};
  return true;
}
WEFT_OR_RETURN(false)

}  // extern "C"
