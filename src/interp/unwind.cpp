#include "interp/unwind.hpp"

#include <algorithm>

#include "interp/catch_table.hpp"
#include "interp/code_map.hpp"
#include "interp/frame_walk.hpp"
#include "interp/fuel_map.hpp"
#include "runtime/store.hpp"

namespace weft::interp {

uint32_t CatchTable::innermost(uint32_t word) const {
  // The last region that begins at or before `word` either holds it or has ended; then only those
  // around it can.
  const auto after = std::ranges::upper_bound(regions, word, {}, &CatchRegion::begin);
  auto region = static_cast<uint32_t>(after - regions.begin());
  while (region != 0 && word >= regions[region - 1].end) region = regions[region - 1].parent;
  return region;
}

namespace {

/// The clause of `table` that takes an exception thrown at `word`, or null.
const CatchEntry* find_clause(const CatchTable& table, uint32_t word, const Tag* tag,
                              Instance& instance) {
  uint32_t region = table.innermost(word);
  while (region != 0) {
    uint32_t next = table.regions[region - 1].parent;
    for (uint32_t i = table.regions[region - 1].first; i != 0; i = table.entries[i - 1].next) {
      const CatchEntry& entry = table.entries[i - 1];
      if (entry.kind == CatchEntry::Kind::delegate) {
        next = entry.target;
        break;
      }
      if (entry.kind == CatchEntry::Kind::all || &instance.tag(TagIdx(entry.tag)) == tag)
        return &entry;
    }
    region = next;
  }
  return nullptr;
}

}  // namespace

bool unwind(Ref exception, bool behind_call, GuestPoint& at) {
  Heap& heap = at.cx->store->store->heap();
  ExceptionObject& object = heap.exception(exception);
  const std::byte* ip = at.ip;
  Cell* fp = at.fp;
  VMContext* cx = at.cx;
  const FuncCode* code = nullptr;
  int64_t outstanding = 0;  // fuel of what is skipped; if nobody catches, the trap gives it back
  while (fp != nullptr) {
    const std::byte* const inside = behind_call ? ip - 1 : ip;
    if (code == nullptr || !holds(*code, inside)) code = find_function(inside);
    if (code == nullptr) break;
    outstanding += outstanding_fuel(*code, inside, false);
    if (code->catches != nullptr) {
      const auto word = static_cast<uint32_t>(
          (inside - reinterpret_cast<const std::byte*>(code->words.get())) / 8);
      if (const CatchEntry* entry = find_clause(*code->catches, word, object.tag, *cx->instance)) {
        if (entry->kind == CatchEntry::Kind::tag) {
          const size_t cells = (object.header.extent - sizeof(ExceptionObject)) / sizeof(Cell);
          std::copy_n(object.cells(), cells, fp + entry->payload_slot);
        }
        if (entry->ref_slot != CatchEntry::kNone) fp[entry->ref_slot] = Cell::of(exception);
        cx->store->fuel_consumed -= outstanding;
        // The guest's allocator will not return, if it is among the frames that go.
        if (cx->store->interp_allocator_fp > fp) cx->store->interp_allocator_fp = nullptr;
        at = {reinterpret_cast<const std::byte*>(&code->words[entry->target]), fp, cx};
        return true;
      }
    }
    const Cell* const header = fp + code->param_cells;
    // SAFETY: words written by the call that made the frame (handlers_call.cpp, enter.cpp).
    ip = reinterpret_cast<const std::byte*>(header[0].bits);
    fp = reinterpret_cast<Cell*>(header[1].bits);
    cx = reinterpret_cast<VMContext*>(header[2].bits);
    behind_call = true;
  }
  heap.in_flight = exception;
  return false;
}

}  // namespace weft::interp
