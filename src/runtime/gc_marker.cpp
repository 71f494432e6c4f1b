#include "runtime/gc_marker.hpp"

#include <algorithm>
#include <cstdlib>

#include "runtime/gc_exception.hpp"

namespace weft::runtime {

Marker::Marker(GcSpace& space, LayoutTable& layouts, size_t max_stack)
    : space_(space), layouts_(layouts), max_stack_(max_stack) {}

Marker::~Marker() { std::free(stack_); }

bool Marker::grow() {
  if (capacity_ >= max_stack_) return false;
  const size_t capacity = std::min(max_stack_, std::max<size_t>(capacity_ * 2, 4096));
  // SAFETY: Ref is plain data; max_stack bounds the product.
  auto* const grown = static_cast<Ref*>(std::realloc(stack_, capacity * sizeof(Ref)));
  if (grown == nullptr) return false;
  stack_ = grown;
  capacity_ = capacity;
  return true;
}

/// Marked, but its contents not seen: counted now, scanned when the stack is empty.
void Marker::overflow(Ref r) {
  const ObjectHeader& header = space_.header(r);
  space_.add_live(r, header.bytes());
  if (header.has_refs()) space_.set_overflowed(r);
}

void Marker::scan(Ref r, const ObjectHeader& header) {
  if (!header.has_refs()) return;
  const std::byte* const object = space_.at(r);
  const auto load = [&](size_t offset) {
    Ref out;
    std::memcpy(&out, object + offset,
                sizeof(out));  // SAFETY: a reference field of this object's layout
    return out;
  };
  switch (header.kind()) {
    case ObjectKind::struct_:
      if (const StructLayout* layout = layouts_.find(header.type())) {
        for (const uint32_t offset : layout->ref_offsets) mark(load(offset));
      } else {  // no memory to write the layout down: worked out again
        FieldCursor cursor;
        for (const FieldType& field : layouts_.types()[header.type()].fields) {
          const FieldClass cls = field_class(layouts_.types(), field.type);
          const uint32_t offset = cursor.place(cls);
          if (cls == FieldClass::ref) mark(load(offset));
        }
      }
      break;
    case ObjectKind::array:
      for (size_t i = 0; i < header.extent; ++i) mark(load(sizeof(ObjectHeader) + i * sizeof(Ref)));
      break;
    case ObjectKind::exception: {
      const ExceptionObject& exception =
          *reinterpret_cast<const ExceptionObject*>(object);  // SAFETY: by its kind
      size_t cell = 0;
      for (const ValType type : layouts_.types()[exception.tag->type].params) {
        if (field_class(layouts_.types(), type) == FieldClass::ref)
          mark(static_cast<Ref>(exception.cells()[cell].bits));
        cell += type.cells();
      }
      break;
    }
    default: break;
  }
}

void Marker::drain_stack() {
  while (size_ != 0) {
    const Ref r = stack_[--size_];
    const ObjectHeader& header = space_.header(r);
    space_.add_live(r, header.bytes());
    scan(r, header);
  }
}

void Marker::drain() {
  drain_stack();
  while (space_.rescan_overflowed([this](Ref r) {
    scan(r, space_.header(r));
    drain_stack();
  })) {
  }
}

// SAFETY: reads the thread's own stack word by word, red zones of sanitizers included, and words
// that another thread is writing, where the embedder shares something that lives on it: what is
// read is only ever asked whether it is a reference.
[[gnu::noinline]]
#if defined(__clang__) || defined(__GNUC__)
__attribute__((no_sanitize("address", "thread")))
#endif
void Marker::native_words(uintptr_t low, uintptr_t high) {
  for (uintptr_t p = low & ~uintptr_t{7}; p + 8 <= high; p += 8) {
    const uint64_t word = *reinterpret_cast<const volatile uint64_t*>(p);
    candidate(word);
    candidate(word & 0xffff'ffff);
    candidate(word >> 32);
  }
}

}  // namespace weft::runtime
