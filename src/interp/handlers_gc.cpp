// Handlers of structs, arrays, i31 and casts: isa_gc.def. Everything that allocates can collect;
// the frame it stands in is found through interp_ip and interp_fp, so that the collector sees all
// its slots.
#include "interp/gc_cast.hpp"
#include "interp/handlers.hpp"
#include "runtime/gc_builtins.hpp"
#include "runtime/store.hpp"

namespace weft::interp {
namespace {

inline std::byte* object_at(VMContext* cx, Ref ref) {
  return cx->store->heap.base + ref;
}  // SAFETY: not null, an object
inline ObjectHeader& header_at(VMContext* cx, Ref ref) {
  return *reinterpret_cast<ObjectHeader*>(
      object_at(cx, ref));  // SAFETY: every object begins with its header
}
inline Heap& heap_of(VMContext* cx) { return cx->store->store->heap(); }

/// `live`: cells of the frame that a collection has to look at.
inline void leave_for_allocation(const std::byte* ip, Cell* fp, VMContext* cx, uint32_t live) {
  cx->store->interp_ip = ip;
  cx->store->interp_fp = fp;
  cx->store->interp_vmctx = cx;
  cx->store->heap.live_end = fp + live;
}

// --- fields and elements ---
template <class Mem, class Val>
inline Val load_as(const std::byte* from) {
  Mem raw;
  std::memcpy(&raw, from,
              sizeof(Mem));  // SAFETY: a field of the object, or an element below its length
  return static_cast<Val>(raw);
}

template <class Mem, class Val, Src kObject, bool kSlot>
WX_HANDLER(struct_get) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(kObject, uint32_t, 10, 0);
  if (ref == kNullRef) [[unlikely]]
    WX_TRAP(TrapCode::null_structure_reference);
  WX_RESULT(kSlot, (load_as<Mem, Val>(object_at(cx, ref) + u32(ip, 12))));
  WX_NEXT(16);
}
template <class Mem, Src kObject, Src kValue>
WX_HANDLER(struct_set) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(kObject, uint32_t, 8, 0);
  if (ref == kNullRef) [[unlikely]]
    WX_TRAP(TrapCode::null_structure_reference);
  const auto value = static_cast<Mem>(WX_OPERAND(kValue, uint64_t, 10, 0));
  std::memcpy(object_at(cx, ref) + u32(ip, 12), &value,
              sizeof(Mem));  // SAFETY: a field of the object
  WX_NEXT(16);
}
WX_HANDLER(struct_get_v) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(Src::s, uint32_t, 10, 0);
  if (ref == kNullRef) [[unlikely]]
    WX_TRAP(TrapCode::null_structure_reference);
  std::memcpy(&slot(ip, fp, 8), object_at(cx, ref) + u32(ip, 12),
              16);  // SAFETY: as above; two slots
  WX_NEXT(16);
}
WX_HANDLER(struct_set_v) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(Src::s, uint32_t, 8, 0);
  if (ref == kNullRef) [[unlikely]]
    WX_TRAP(TrapCode::null_structure_reference);
  std::memcpy(object_at(cx, ref) + u32(ip, 12), &slot(ip, fp, 10), 16);  // SAFETY: as above
  WX_NEXT(16);
}

WX_COLD_HANDLER(array_fails) {  // acc: the reference
  WX_BEGIN
  WX_TRAP(static_cast<uint32_t>(acc) == kNullRef ? TrapCode::null_array_reference
                                                 : TrapCode::array_out_of_bounds);
}
/// Declares `to`, the address of element `index` of `ref`, or traps. A null reference's header is
/// never read.
#define WX_ELEMENT(to, ref, index, bytes)                                       \
  if ((ref) == kNullRef || (index) >= header_at(cx, ref).extent) [[unlikely]] { \
    acc = (ref);                                                                \
    WX_GO(array_fails);                                                         \
  }                                                                             \
  std::byte* const to = object_at(cx, ref) + sizeof(ObjectHeader) + size_t{index} * (bytes)

template <class Mem, class Val, Src kArray, Src kIndex, bool kSlot>
WX_HANDLER(array_get) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(kArray, uint32_t, 10, 0);
  const uint32_t index = WX_OPERAND(kIndex, uint32_t, 12, 0);
  WX_ELEMENT(from, ref, index, sizeof(Mem));
  WX_RESULT(kSlot, (load_as<Mem, Val>(from)));
  WX_NEXT(16);
}
template <class Mem, Src kIndex, Src kValue>
WX_HANDLER(array_set) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(Src::s, uint32_t, 8, 0);
  const uint32_t index = WX_OPERAND(kIndex, uint32_t, 10, 0);
  const auto value = static_cast<Mem>(WX_OPERAND(kValue, uint64_t, 12, 0));
  WX_ELEMENT(to, ref, index, sizeof(Mem));
  std::memcpy(to, &value, sizeof(Mem));  // SAFETY: below the length
  WX_NEXT(16);
}
WX_HANDLER(array_get_v) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(Src::s, uint32_t, 10, 0);
  const uint32_t index = WX_OPERAND(Src::s, uint32_t, 12, 0);
  WX_ELEMENT(from, ref, index, 16);
  std::memcpy(&slot(ip, fp, 8), from, 16);  // SAFETY: below the length; two slots
  WX_NEXT(16);
}
WX_HANDLER(array_set_v) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(Src::s, uint32_t, 8, 0);
  const uint32_t index = WX_OPERAND(Src::s, uint32_t, 10, 0);
  WX_ELEMENT(to, ref, index, 16);
  std::memcpy(to, &slot(ip, fp, 12), 16);  // SAFETY: below the length
  WX_NEXT(16);
}
template <Src kArray, bool kSlot>
WX_HANDLER(array_len) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(kArray, uint32_t, 10, 0);
  if (ref == kNullRef) [[unlikely]]
    WX_TRAP(TrapCode::null_array_reference);
  WX_RESULT(kSlot, header_at(cx, ref).extent);
  WX_NEXT(16);
}

// --- i31 ---
template <Src kSrc, bool kSlot>
WX_HANDLER(ref_i31) {
  WX_BEGIN
  WX_RESULT(kSlot, make_i31(WX_OPERAND(kSrc, uint32_t, 10, 0)));
  WX_NEXT(16);
}
template <bool kSigned, Src kSrc, bool kSlot>
WX_HANDLER(i31_get) {
  WX_BEGIN
  const Ref ref = WX_OPERAND(kSrc, uint32_t, 10, 0);
  if (ref == kNullRef) [[unlikely]]
    WX_TRAP(TrapCode::null_i31_reference);
  WX_RESULT(kSlot, kSigned ? static_cast<uint32_t>(i31_get_s(ref)) : i31_get_u(ref));
  WX_NEXT(16);
}

// --- new ---
template <unsigned kFields>
inline constexpr uint32_t kWordsBytes = (sizeof(ObjectHeader) + 4 * kFields + 7) & ~7u;
template <unsigned kFields>
inline void fill_words(std::byte* object, const std::byte* ip, Cell* fp) {
  uint32_t values[kFields];
  for (unsigned i = 0; i < kFields; ++i)
    values[i] = static_cast<uint32_t>(slot(ip, fp, 10 + 2 * i).bits);
  std::memcpy(object + sizeof(ObjectHeader), values,
              sizeof(values));  // SAFETY: the object has kFields fields of 4 bytes
}
template <unsigned kFields>
WX_COLD_HANDLER(struct_new_words_slow) {
  WX_BEGIN
  leave_for_allocation(ip, fp, cx, u32(ip, 28));
  Heap& heap = heap_of(cx);
  const Ref ref = heap.allocate(cx->type_ids[u32(ip, 20)].value | u32(ip, 24), kWordsBytes<kFields>,
                                kWordsBytes<kFields>);
  cx->store->heap.live_end = nullptr;
  acc = 0, facc = 0, dacc = 0;
  if (ref == kNullRef) WX_TRAP(heap.failure());
  fill_words<kFields>(heap.at(ref), ip, fp);
  acc = ref;
  slot(ip, fp, 8).bits = ref;
  WX_NEXT(32);
}
template <unsigned kFields>
WX_HANDLER(struct_new_words) {
  WX_BEGIN
  VMHeapArea& heap = cx->store->heap;
  const Ref ref = heap.cursor;
  if (heap.limit - ref < kWordsBytes<kFields>) [[unlikely]]
    WX_GO(struct_new_words_slow<kFields>);
  heap.cursor = ref + kWordsBytes<kFields>;
  std::byte* const object = heap.base + ref;
  const ObjectHeader header{cx->type_ids[u32(ip, 20)].value | u32(ip, 24), kWordsBytes<kFields>};
  std::memcpy(object, &header, sizeof(header));  // SAFETY: the bump area has room
  fill_words<kFields>(object, ip, fp);
  acc = ref;
  slot(ip, fp, 8).bits = ref;
  WX_NEXT(32);
}
WX_HANDLER(struct_new_default) {
  WX_BEGIN
  leave_for_allocation(ip, fp, cx, u32(ip, 24));
  Heap& heap = heap_of(cx);
  const uint32_t bytes = u32(ip, 16);
  const Ref ref = heap.allocate(cx->type_ids[u32(ip, 12)].value | u32(ip, 20), bytes, bytes);
  cx->store->heap.live_end = nullptr;
  acc = 0, facc = 0, dacc = 0;
  if (ref == kNullRef) [[unlikely]]
    WX_TRAP(heap.failure());
  std::memset(heap.at(ref) + sizeof(ObjectHeader), 0,
              bytes - sizeof(ObjectHeader));  // SAFETY: the object's size
  acc = ref;
  slot(ip, fp, 8).bits = ref;
  WX_NEXT(32);
}

/// A builtin that allocates: the new reference to the slot at 8 and the accumulator.
#define WX_NEW(size, live_at, ...)                      \
  do {                                                  \
    leave_for_allocation(ip, fp, cx, u32(ip, live_at)); \
    Ref weft_ref = kNullRef;                            \
    const TrapCode weft_trap = builtins::__VA_ARGS__;   \
    cx->store->heap.live_end = nullptr;                 \
    facc = 0, dacc = 0;                                 \
    if (weft_trap != TrapCode::none) [[unlikely]]       \
      WX_TRAP(weft_trap);                               \
    acc = weft_ref;                                     \
    slot(ip, fp, 8).bits = weft_ref;                    \
    WX_NEXT(size);                                      \
  } while (false)
#define WX_ON_ARRAY(...)                              \
  do {                                                \
    const TrapCode weft_trap = builtins::__VA_ARGS__; \
    acc = 0, facc = 0, dacc = 0;                      \
    if (weft_trap != TrapCode::none) [[unlikely]]     \
      WX_TRAP(weft_trap);                             \
    WX_NEXT(24);                                      \
  } while (false)
#define WX_U32(at) static_cast<uint32_t>(slot(ip, fp, at).bits)

WX_HANDLER(struct_new) {
  WX_BEGIN
  WX_NEW(24, 20, struct_new(cx, u32(ip, 12), fp + u32(ip, 16), weft_ref));
}
WX_HANDLER(array_new) {
  WX_BEGIN
  WX_NEW(24, 20, array_new(cx, u32(ip, 12), fp + u32(ip, 16), WX_U32(10), weft_ref));
}
WX_HANDLER(array_new_default) {
  WX_BEGIN
  WX_NEW(24, 16, array_new_default(cx, u32(ip, 12), WX_U32(10), weft_ref));
}
WX_HANDLER(array_new_fixed) {
  WX_BEGIN
  WX_NEW(32, 24, array_new_fixed(cx, u32(ip, 12), fp + u32(ip, 16), u32(ip, 20), weft_ref));
}
WX_HANDLER(array_new_data) {
  WX_BEGIN
  WX_NEW(32, 24, array_new_data(cx, u32(ip, 16), u32(ip, 20), WX_U32(10), WX_U32(12), weft_ref));
}
WX_HANDLER(array_new_elem) {
  WX_BEGIN
  WX_NEW(32, 24, array_new_elem(cx, u32(ip, 16), u32(ip, 20), WX_U32(10), WX_U32(12), weft_ref));
}
WX_HANDLER(array_fill) {
  WX_BEGIN
  WX_ON_ARRAY(array_fill(cx, WX_U32(8), WX_U32(10), fp + u32(ip, 12), WX_U32(16)));
}
WX_HANDLER(array_copy) {
  WX_BEGIN
  WX_ON_ARRAY(array_copy(cx, WX_U32(8), WX_U32(10), WX_U32(12), WX_U32(14), WX_U32(16)));
}
WX_HANDLER(array_init_data) {
  WX_BEGIN
  WX_ON_ARRAY(array_init_data(cx, u32(ip, 16), WX_U32(8), WX_U32(10), WX_U32(12), WX_U32(14)));
}
WX_HANDLER(array_init_elem) {
  WX_BEGIN
  WX_ON_ARRAY(array_init_elem(cx, u32(ip, 16), WX_U32(8), WX_U32(10), WX_U32(12), WX_U32(14)));
}

// --- casts ---
enum class Cast { test, cast, branch };

/// The whole check, null included.
[[gnu::noinline]] bool matches(VMContext* cx, uint64_t bits, uint32_t target, uint32_t type) {
  if (bits == 0) return (target & kCastNull) != 0;
  return builtins::cast_matches(cx, bits, cast_kind(target), type);
}
/// Goes on with the answer in `match`.
#define WX_CAST_END(kCast, kSlot, match, bits)                 \
  do {                                                         \
    if constexpr (kCast == Cast::test) {                       \
      WX_RESULT(kSlot, static_cast<uint32_t>(match));          \
    } else if constexpr (kCast == Cast::cast) {                \
      if (!(match)) [[unlikely]]                               \
        WX_TRAP(TrapCode::cast_failure);                       \
      WX_RESULT(kSlot, bits);                                  \
    } else if ((match) == ((u32(ip, 16) & kCastSense) != 0)) { \
      ip = jump(ip, 12);                                       \
      WX_JUMP();                                               \
    }                                                          \
    WX_NEXT(24);                                               \
  } while (false)

template <Cast kCast, bool kSlot>
WX_HANDLER(cast_any) {
  WX_BEGIN
  constexpr bool kBranch = kCast == Cast::branch;
  const bool match = matches(cx, slot(ip, fp, kBranch ? 8 : 10).bits, u32(ip, kBranch ? 16 : 12),
                             u32(ip, kBranch ? 20 : 16));
  acc = 0, facc = 0, dacc = 0;
  const uint64_t bits = slot(ip, fp, kBranch ? 8 : 10).bits;
  WX_CAST_END(kCast, kSlot, match, bits);
}
/// To a struct or array type: most objects are of exactly that type.
template <Cast kCast, bool kSlot>
WX_HANDLER(cast_object) {
  WX_BEGIN
  constexpr bool kBranch = kCast == Cast::branch;
  const uint64_t bits = slot(ip, fp, kBranch ? 8 : 10).bits;
  const auto ref = static_cast<Ref>(bits);
  // A host value's header has no type; TypeId 0 with its kind cannot be told from a struct by the
  // type alone.
  constexpr uint32_t kBoth = ObjectHeader::kTypeMask | ObjectHeader::kKindMask;
  if (ref != kNullRef && !is_i31(ref)) [[likely]] {
    const uint32_t word = header_at(cx, ref).word & kBoth;
    const uint32_t want = cx->type_ids[u32(ip, kBranch ? 20 : 16)].value;
    if (word == ObjectHeader::make(ObjectKind::struct_, want) ||
        word == ObjectHeader::make(ObjectKind::array, want)) {
      WX_CAST_END(kCast, kSlot, true, bits);
    }
  }
  WX_GO((cast_any<kCast, kSlot>));
}

}  // namespace

WX_FAMILY(gc) {
#define WX_PUT_LOAD(t, mem, val)                                                 \
  WX_PUT(struct_get_##t##_s_r, struct_get<mem, val, Src::s, kWriteSlot>);        \
  WX_PUT(struct_get_##t##_s_t, struct_get<mem, val, Src::s, kTransient>);        \
  WX_PUT(struct_get_##t##_a_r, struct_get<mem, val, Src::a, kWriteSlot>);        \
  WX_PUT(struct_get_##t##_a_t, struct_get<mem, val, Src::a, kTransient>);        \
  WX_PUT(array_get_##t##_ss_r, array_get<mem, val, Src::s, Src::s, kWriteSlot>); \
  WX_PUT(array_get_##t##_ss_t, array_get<mem, val, Src::s, Src::s, kTransient>); \
  WX_PUT(array_get_##t##_sa_r, array_get<mem, val, Src::s, Src::a, kWriteSlot>); \
  WX_PUT(array_get_##t##_sa_t, array_get<mem, val, Src::s, Src::a, kTransient>); \
  WX_PUT(array_get_##t##_as_r, array_get<mem, val, Src::a, Src::s, kWriteSlot>); \
  WX_PUT(array_get_##t##_as_t, array_get<mem, val, Src::a, Src::s, kTransient>);
  WX_PUT_LOAD(u8, uint8_t, uint32_t)
  WX_PUT_LOAD(s8, int8_t, int32_t)
  WX_PUT_LOAD(u16, uint16_t, uint32_t)
  WX_PUT_LOAD(s16, int16_t, int32_t)
  WX_PUT_LOAD(u32, uint32_t, uint32_t)
  WX_PUT_LOAD(u64, uint64_t, uint64_t)
  WX_PUT_LOAD(f32, float, float)
  WX_PUT_LOAD(f64, double, double)
#define WX_PUT_STORE(t, mem)                                    \
  WX_PUT(struct_set_##t##_ss, struct_set<mem, Src::s, Src::s>); \
  WX_PUT(struct_set_##t##_sa, struct_set<mem, Src::s, Src::a>); \
  WX_PUT(struct_set_##t##_as, struct_set<mem, Src::a, Src::s>); \
  WX_PUT(array_set_##t##_sss, array_set<mem, Src::s, Src::s>);  \
  WX_PUT(array_set_##t##_ssa, array_set<mem, Src::s, Src::a>);  \
  WX_PUT(array_set_##t##_sas, array_set<mem, Src::a, Src::s>);
  WX_PUT_STORE(8, uint8_t)
  WX_PUT_STORE(16, uint16_t)
  WX_PUT_STORE(32, uint32_t)
  WX_PUT_STORE(64, uint64_t)
  WX_PUT(struct_get_v, struct_get_v);
  WX_PUT(struct_set_v, struct_set_v);
  WX_PUT(array_get_v, array_get_v);
  WX_PUT(array_set_v, array_set_v);
#define WX_PUT_SA(id, ...)                            \
  WX_PUT(id##_s_r, __VA_ARGS__ Src::s, kWriteSlot >); \
  WX_PUT(id##_s_t, __VA_ARGS__ Src::s, kTransient >); \
  WX_PUT(id##_a_r, __VA_ARGS__ Src::a, kWriteSlot >); \
  WX_PUT(id##_a_t, __VA_ARGS__ Src::a, kTransient >);
  WX_PUT_SA(array_len, array_len <)
  WX_PUT_SA(ref_i31, ref_i31 <)
  WX_PUT_SA(i31_get_s, i31_get < true, )
  WX_PUT_SA(i31_get_u, i31_get < false, )
  WX_PUT(struct_new_w1, struct_new_words<1>);
  WX_PUT(struct_new_w2, struct_new_words<2>);
  WX_PUT(struct_new_w3, struct_new_words<3>);
  WX_PUT(struct_new_w4, struct_new_words<4>);
  WX_PUT(struct_new, struct_new);
  WX_PUT(struct_new_default, struct_new_default);
  WX_PUT(array_new, array_new);
  WX_PUT(array_new_default, array_new_default);
  WX_PUT(array_new_fixed, array_new_fixed);
  WX_PUT(array_new_data, array_new_data);
  WX_PUT(array_new_elem, array_new_elem);
  WX_PUT(array_fill, array_fill);
  WX_PUT(array_copy, array_copy);
  WX_PUT(array_init_data, array_init_data);
  WX_PUT(array_init_elem, array_init_elem);
  WX_PUT(ref_test_any_r, cast_any<Cast::test, kWriteSlot>);
  WX_PUT(ref_test_any_t, cast_any<Cast::test, kTransient>);
  WX_PUT(ref_test_object_r, cast_object<Cast::test, kWriteSlot>);
  WX_PUT(ref_test_object_t, cast_object<Cast::test, kTransient>);
  WX_PUT(ref_cast_any_r, cast_any<Cast::cast, kWriteSlot>);
  WX_PUT(ref_cast_any_t, cast_any<Cast::cast, kTransient>);
  WX_PUT(ref_cast_object_r, cast_object<Cast::cast, kWriteSlot>);
  WX_PUT(ref_cast_object_t, cast_object<Cast::cast, kTransient>);
  WX_PUT(br_cast_any, cast_any<Cast::branch, kWriteSlot>);
  WX_PUT(br_cast_object, cast_object<Cast::branch, kWriteSlot>);
}

}  // namespace weft::interp
