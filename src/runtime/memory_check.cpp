#include "runtime/memory_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "base/leb128.hpp"
#include "runtime/memory.hpp"
#include "runtime/module_info.hpp"
#include "runtime/out_of_memory.hpp"
#include "runtime/store.hpp"

namespace weft::runtime {

// --- the allocator's functions
// -----------------------------------------------------------------------------------

namespace {

struct Name {
  std::string_view name;
  AllocatorFunc func;
  uint8_t params;
};
constexpr Name kNames[] = {
    {"malloc", AllocatorFunc::malloc, 1},
    {"calloc", AllocatorFunc::calloc, 2},
    {"realloc", AllocatorFunc::realloc, 2},
    {"free", AllocatorFunc::free, 1},
    {"aligned_alloc", AllocatorFunc::aligned_alloc, 2},
    {"memalign", AllocatorFunc::aligned_alloc, 2},
    {"posix_memalign", AllocatorFunc::posix_memalign, 3},
    {"malloc_usable_size", AllocatorFunc::usable_size, 1},
};

struct Search {
  const binary::Module& module;
  std::vector<AllocatorRow> found;

  void look_at(uint32_t index, std::string_view name) {
    if (index < module.imported_funcs || index >= module.funcs.size()) return;
    // Names that libraries give the same functions inside.
    for (const std::string_view prefix : {"__libc_", "emscripten_builtin_", "dl"}) {
      if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    }
    const auto* const row = std::ranges::find(kNames, name, &Name::name);
    if (row == std::end(kNames)) return;
    const auto is_number = [](ValType t) { return t == kI32 || t == kI64; };
    const auto params = module.params(FuncIdx(index));
    const auto results = module.results(FuncIdx(index));
    if (params.size() != row->params || !std::ranges::all_of(params, is_number)) return;
    if (results.size() != (row->func == AllocatorFunc::free ? 0 : 1)) return;
    if (!std::ranges::all_of(results, is_number)) return;
    found.push_back({index, row->func});
  }
};

}  // namespace

std::vector<AllocatorRow> find_allocator(const binary::Module& module) {
  Search search{module, {}};
  if (module.memories.empty()) return {};
  visit_func_names(module, &search, [](void* env, uint32_t index, std::string_view name) {
    static_cast<Search*>(env)->look_at(index, name);
  });
  for (const binary::Export& e : module.exports) {
    if (e.kind == ExternKind::func) search.look_at(e.index, e.name);
  }
  return std::move(search.found);
}

// --- the shadow
// --------------------------------------------------------------------------------------------------

bool MemoryShadow::cover(uint64_t bytes) {
  if (bytes <= size_) return true;
  const uint64_t wanted = platform::round_up_to_page(bytes);
  if (wanted > range_.size()) {
    // All that a 32-bit memory can become at once; others move.
    constexpr uint64_t kRoomy = uint64_t{4} << 30;
    auto larger = platform::Reservation::reserve(std::max(kRoomy, saturating_mul(wanted, 2)));
    if (!larger) larger = platform::Reservation::reserve(wanted);
    if (!larger || !larger->commit(0, wanted)) return false;
    if (size_ != 0) std::memcpy(larger->data(), codes(), size_);
    range_ = std::move(*larger);
  } else {
    const uint64_t have = platform::round_up_to_page(size_);
    if (wanted > have && !range_.commit(have, wanted - have)) return false;
  }
  size_ = bytes;
  return true;
}

bool MemoryShadow::may_grow(uint64_t bytes) {
  const auto held = lock();
  return !active() || cover(bytes);
}

void MemoryShadow::grown(uint64_t from, uint64_t to, bool by_allocator) {
  const auto held = lock();
  if (active() && by_allocator) fill(from, std::min(to, size_), kUnallocated);
}

void MemoryShadow::fill(uint64_t from, uint64_t to, uint8_t code) {
  // SAFETY: below size_; the callers see to that.
  if (from < to) std::memset(codes() + from, code, to - from);
}

namespace {

/// Where the data that a module puts into memory 0 ends, as far as it is constant.
uint64_t end_of_data(const binary::Module& module) {
  uint64_t end = 0;
  for (const binary::DataSegment& s : module.datas) {
    if (s.mode != binary::SegmentMode::active || s.memory.value != 0) continue;
    const auto code = module.range(s.offset);
    // SAFETY: bytes read as bytes.
    const auto* p = reinterpret_cast<const uint8_t*>(code.data());
    int64_t at = 0;
    if (code.size() < 2 || (p[0] != 0x41 && p[0] != 0x42)) continue;  // i32.const, i64.const
    const auto* const code_end = p + code.size();
    ++p;
    if (read_leb_s64(p, code_end, at) != LebStatus::ok) continue;
    const uint64_t begin =
        code[0] == std::byte{0x41} ? static_cast<uint32_t>(at) : static_cast<uint64_t>(at);
    end = std::max(end, saturating_add(begin, s.bytes.size));
  }
  return end;
}

}  // namespace

bool MemoryShadow::activate(const Memory& memory, const binary::Module& module) {
  if (active()) return true;
  const uint64_t length = length_of(memory);
  const MemoryType& type = memory.type();
  // What was grown already was not grown by the allocator.
  unclaimed_end_ = std::min(length, saturating_mul(type.limits.min, type.page_bytes()));
  unclaimed_begin_ = end_of_data(module);
  active_ = cover(length);
  return active_;
}

uint64_t MemoryShadow::first_bad(uint64_t address, uint64_t bytes) const {
  const uint64_t end = address + bytes;
  const uint64_t checked = std::min(end, size_);
  uint64_t at = address;
  for (; at + 8 <= checked; at += 8) {
    uint64_t codes8;
    std::memcpy(&codes8, codes() + at, 8);
    if ((codes8 & 0x8080'8080'8080'8080) != 0) break;
  }
  for (; at < checked; ++at) {
    if ((codes()[at] & 0x80) != 0) return at;
  }
  return end;
}

uint64_t MemoryShadow::block_bytes(uint64_t begin) const {
  const uint8_t code = at(begin);
  if (code == kEmpty) return 0;
  const uint8_t inside = code == kFreedBegin ? kFreed : kUsed;
  uint64_t end = begin + 1;
  while (at(end) == inside) ++end;
  return end - begin;
}

void MemoryShadow::allocate(uint64_t begin, uint64_t bytes) {
  if (begin >= size_) return;
  // Everything above the lowest block is heap.
  if (begin < unclaimed_end_) {
    const uint64_t from = std::max(begin, unclaimed_begin_);
    fill(from, unclaimed_end_, kUnallocated);
    unclaimed_end_ = begin;
  }
  codes()[begin] = bytes != 0 ? kBegin : kEmpty;
  fill(begin + 1, std::min(size_, saturating_add(begin, bytes)), kUsed);
}

uint64_t MemoryShadow::free(uint64_t begin) {
  const uint64_t bytes = block_bytes(begin);
  codes()[begin] = kFreedBegin;
  fill(begin + 1, begin + bytes, kFreed);
  return bytes;
}

std::string MemoryShadow::describe(uint64_t address) const {
  const uint8_t code = at(address);
  if (code == kUntracked) return "not in the heap";
  uint64_t begin = address;
  if (code == kFreed || code == kFreedBegin) {
    while (begin != 0 && at(begin) == kFreed) --begin;
    if (at(begin) == kFreedBegin) {
      return fmt::format("inside the block of {} bytes at {:#x} that was freed", block_bytes(begin),
                         begin);
    }
    begin = address;  // what is left of one, part of which is used again
  }
  constexpr uint64_t kNear = 4096;
  const uint64_t lowest = address > kNear ? address - kNear : 0;
  while (begin != lowest && at(begin) != kUsed && !begins_block(begin)) --begin;
  const bool inside = begin == address && code != kEmpty;
  uint64_t next = address + 1;
  while (next < address + kNear && !begins_block(next)) ++next;
  if (at(begin) == kUsed || begins_block(begin)) {
    while (begin != 0 && at(begin) == kUsed) --begin;
    const uint64_t bytes = block_bytes(begin);
    if (inside)
      return fmt::format("{} bytes inside the block of {} bytes at {:#x}", address - begin, bytes,
                         begin);
    const uint64_t behind = address - begin - bytes;
    if (!begins_block(next) || behind <= next - address)
      return fmt::format("{} bytes behind the block of {} bytes at {:#x}", behind, bytes, begin);
  }
  if (begins_block(next)) {
    return fmt::format("{} bytes before the block of {} bytes at {:#x}", next - address,
                       block_bytes(next), next);
  }
  return code == kFreed ? "inside memory that was freed" : "heap memory that is not allocated";
}

// --- what guest code does
// -----------------------------------------------------------------------------------------

namespace memory_check {
namespace {

TrapCode misuse(Store& store, std::string what) {
  fail_with(store, Error(ErrorCode::host, std::move(what)));
  store.context().trap.code = TrapCode::heap_misuse;
  return TrapCode::heap_misuse;
}

/// What C allows no program to do, and libraries do: reading the whole word in which an object
/// ends. Bytes of an aligned word that were not asked for hurt nobody.
bool is_partial_word(const MemoryShadow& shadow, uint64_t address, uint64_t bytes) {
  if (address % bytes != 0) return false;
  for (uint64_t i = 0; i < bytes; ++i) {
    if (shadow.first_bad(address + i, 1) != address + i) return true;
  }
  return false;
}

[[gnu::noinline]] TrapCode report(Store& store, const MemoryShadow& shadow, uint64_t address,
                                  const Access& a, uint64_t bad) {
  return guard_memory(store, [&] {
    return misuse(store,
                  fmt::format("{} of {} {} at {:#x}: {}", a.write ? "write" : "read", a.bytes,
                              a.bytes == 1 ? "byte" : "bytes", address, shadow.describe(bad)));
  });
}

/// The block goes back. `old_bytes`: its size.
TrapCode release(Store& store, MemoryShadow& shadow, uint64_t block, const char* name,
                 uint64_t& old_bytes) {
  if (shadow.begins_block(block)) {
    old_bytes = shadow.free(block);
    return TrapCode::none;
  }
  return guard_memory(store, [&] {
    if (shadow.begins_freed(block)) {
      return misuse(store, fmt::format("{} of {:#x}: the block of {} bytes was freed before", name,
                                       block, shadow.block_bytes(block)));
    }
    return misuse(store, fmt::format("{} of {:#x}, which is no allocated block: {}", name, block,
                                     shadow.describe(block)));
  });
}

uint64_t read_pointer(const Memory& memory, uint64_t address) {
  const uint64_t bytes = memory.type().address == AddressType::i64 ? 8 : 4;
  uint64_t out = 0;
  if (in_bounds<uint64_t>(address, bytes, length_of(memory)))
    std::memcpy(&out, memory.base + address, bytes);
  return out;
}

}  // namespace

TrapCode access(VMContext* cx, const Cell* fp, const Access& a) {
  const void* const allocator = cx->store->interp_allocator_fp;
  if (allocator != nullptr && fp >= allocator) return TrapCode::none;
  const Memory& memory = Memory::from(cx->memories[a.memory]);
  MemoryShadow* const shadow = memory.shadow();
  if (shadow == nullptr || a.bytes == 0) return TrapCode::none;
  const auto held = shadow->lock();
  uint64_t address = 0;
  if (!shadow->active() || __builtin_add_overflow(a.address, a.offset, &address) ||
      !in_bounds<uint64_t>(address, a.bytes, length_of(memory)))
    return TrapCode::none;
  const uint64_t bad = shadow->first_bad(address, a.bytes);
  if (bad == address + a.bytes) [[likely]]
    return TrapCode::none;
  if (a.word && is_partial_word(*shadow, address, a.bytes)) return TrapCode::none;
  return report(*cx->store->store, *shadow, address, a, bad);
}

TrapCode enter(VMContext* cx, Cell* fp, AllocatorFunc func, Cell* saved) {
  VMStoreContext& ctx = *cx->store;
  // Called by itself: what the outermost call does counts.
  if (ctx.interp_allocator_fp != nullptr && fp > ctx.interp_allocator_fp) return TrapCode::none;
  ctx.interp_allocator_fp = fp;
  std::copy_n(fp, kSavedCells, saved);  // more than there are arguments, perhaps: not looked at
  Memory& memory = Memory::from(cx->memories[0]);
  MemoryShadow* const shadow = memory.shadow();
  if (shadow == nullptr) return TrapCode::none;
  const auto held = shadow->lock();
  if (!shadow->activate(memory, cx->instance->module()))
    return misuse(*ctx.store, "no memory for the checker");
  const uint64_t block = saved[0].bits;
  if (block == 0) return TrapCode::none;
  // Now, not when it returns: another thread may get the memory before that.
  if (func == AllocatorFunc::free)
    return release(*ctx.store, *shadow, block, "free", saved[1].bits);
  if (func == AllocatorFunc::realloc)
    return release(*ctx.store, *shadow, block, "realloc", saved[2].bits);
  return TrapCode::none;
}

TrapCode leave(VMContext* cx, const Cell* fp, AllocatorFunc func, const Cell* saved,
               uint64_t result) {
  VMStoreContext& ctx = *cx->store;
  if (ctx.interp_allocator_fp != fp) return TrapCode::none;
  ctx.interp_allocator_fp = nullptr;
  const Memory& memory = Memory::from(cx->memories[0]);
  MemoryShadow* const shadow = memory.shadow();
  if (shadow == nullptr) return TrapCode::none;
  const auto held = shadow->lock();
  const uint64_t a = saved[0].bits;
  const uint64_t b = saved[1].bits;
  switch (func) {
    case AllocatorFunc::malloc:
      if (result != 0) shadow->allocate(result, a);
      break;
    case AllocatorFunc::calloc:
      if (result != 0) shadow->allocate(result, saturating_mul(a, b));
      break;
    case AllocatorFunc::aligned_alloc:
      if (result != 0) shadow->allocate(result, b);
      break;
    case AllocatorFunc::posix_memalign:
      if (const uint64_t block = read_pointer(memory, a); result == 0 && block != 0)
        shadow->allocate(block, saved[2].bits);
      break;
    case AllocatorFunc::realloc:
      if (result != 0) {
        shadow->allocate(result, b);
      } else if (a != 0 && b != 0) {
        shadow->allocate(a, saved[2].bits);  // it failed: the old block stays
      }
      break;
    case AllocatorFunc::usable_size:
      if (a != 0 && shadow->begins_block(a)) shadow->allocate(a, result);
      break;
    case AllocatorFunc::free:
    case AllocatorFunc::none: break;
  }
  return TrapCode::none;
}

}  // namespace memory_check
}  // namespace weft::runtime
