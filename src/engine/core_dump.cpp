#include "engine/core_dump.hpp"

#include <algorithm>
#include <unordered_map>

#include "binary/encoder.hpp"
#include "binary/format.hpp"
#include "runtime/frame_state.hpp"

namespace weft::engine {
namespace {

using binary::Encoder;
using namespace runtime;  // NOLINT: everything dumped here is the runtime's

constexpr uint8_t kMissing = 0x01;

/// Numbers things in the order in which they are first seen.
template <class T>
class Numbering {
 public:
  uint32_t of(const T* thing) {
    const auto [at, added] = numbers_.emplace(thing, static_cast<uint32_t>(things_.size()));
    if (added) things_.push_back(thing);
    return at->second;
  }
  const std::vector<const T*>& things() const { return things_; }

 private:
  std::unordered_map<const T*, uint32_t> numbers_;
  std::vector<const T*> things_;
};

struct Contents {
  Numbering<ModuleInfo> modules;
  Numbering<Instance> instances;
  Numbering<Memory> memories;
  Numbering<Global> globals;
};

void write_value(Encoder& e, const StateValue& v) {
  const ValType::Kind kind = v.known ? v.type.kind() : ValType::Kind::ref;
  switch (kind) {
    case ValType::Kind::i32:
      e.byte(0x7f);
      e.s32(v.cell[0].as<int32_t>());
      return;
    case ValType::Kind::i64:
      e.byte(0x7e);
      e.s64(v.cell[0].as<int64_t>());
      return;
    case ValType::Kind::f32:
      e.byte(0x7d);
      e.fixed32(v.cell[0].as<uint32_t>());
      return;
    case ValType::Kind::f64:
      e.byte(0x7c);
      e.fixed64(v.cell[0].bits);
      return;
    default: e.byte(kMissing);  // the format has no vectors and no references
  }
}

void write_stack(Encoder& e, std::span<const FrameState> frames, Contents& contents) {
  const auto mark = e.begin_custom("corestack");
  e.byte(0);
  e.name("main");
  e.u32(static_cast<uint32_t>(frames.size()));
  for (const FrameState& f : frames) {
    e.byte(0);
    e.u32(contents.instances.of(f.instance));
    e.u32(f.func.value);
    e.u32(f.offset - f.instance->module().body(f.func).offset);
    e.u32(static_cast<uint32_t>(f.locals.size()));
    for (const StateValue& v : f.locals) write_value(e, v);
    e.u32(static_cast<uint32_t>(f.operands.size()));
    for (const StateValue& v : f.operands) write_value(e, v);
  }
  e.end_section(mark);
}

void write_instances(Encoder& e, Contents& contents) {
  const auto mark = e.begin_custom("coreinstances");
  e.u32(static_cast<uint32_t>(contents.instances.things().size()));
  for (const Instance* instance : contents.instances.things()) {
    const binary::Module& module = instance->module();
    const VMContext& cx = instance->vmctx();
    e.byte(0);
    e.u32(contents.modules.of(&instance->info()));
    e.u32(static_cast<uint32_t>(module.memories.size()));
    for (size_t i = 0; i < module.memories.size(); ++i)
      e.u32(contents.memories.of(&Memory::from(cx.memories[i])));
    e.u32(static_cast<uint32_t>(module.globals.size()));
    for (size_t i = 0; i < module.globals.size(); ++i)
      e.u32(contents.globals.of(&Global::from(cx.globals[i])));
  }
  e.end_section(mark);
}

void write_modules(Encoder& e, const Contents& contents) {
  const auto mark = e.begin_custom("coremodules");
  e.u32(static_cast<uint32_t>(contents.modules.things().size()));
  for (const ModuleInfo* info : contents.modules.things()) {
    e.byte(0);
    e.name(info->display_name());
  }
  e.end_section(mark);
}

void write_memories(Encoder& e, const Contents& contents) {
  if (contents.memories.things().empty()) return;
  const auto mark = e.begin_section(binary::SectionId::memory);
  e.u32(static_cast<uint32_t>(contents.memories.things().size()));
  for (const Memory* memory : contents.memories.things()) {
    MemoryType type = memory->type();
    type.limits.min = memory->pages();
    e.write(type);
  }
  e.end_section(mark);
}

void write_constant(Encoder& e, ValType type, const Cell* value) {
  switch (type.kind()) {
    case ValType::Kind::i32:
      e.op(Op::i32_const);
      e.s32(value[0].as<int32_t>());
      break;
    case ValType::Kind::i64:
      e.op(Op::i64_const);
      e.s64(value[0].as<int64_t>());
      break;
    case ValType::Kind::f32:
      e.op(Op::f32_const);
      e.fixed32(value[0].as<uint32_t>());
      break;
    case ValType::Kind::f64:
      e.op(Op::f64_const);
      e.fixed64(value[0].bits);
      break;
    case ValType::Kind::v128:
      e.op(Op::v128_const);
      e.fixed64(value[0].bits);
      e.fixed64(value[1].bits);
      break;
    default:
      // What a reference pointed to is not in the dump.
      e.op(Op::ref_null);
      e.write(HeapType(AbstractHeap::extern_));
  }
  e.op(Op::end);
}

void write_globals(Encoder& e, const Contents& contents) {
  if (contents.globals.things().empty()) return;
  const auto mark = e.begin_section(binary::SectionId::global);
  e.u32(static_cast<uint32_t>(contents.globals.things().size()));
  for (const Global* global : contents.globals.things()) {
    const ValType type = global->type().type;
    e.write(GlobalType{.type = type.is_ref() ? kExternRef : type, .is_mutable = false});
    write_constant(e, type, global->value);
  }
  e.end_section(mark);
}

/// A stretch of a memory that is not all zeros.
struct Run {
  uint32_t memory;
  uint64_t offset;
  std::span<const std::byte> bytes;
};

bool all_zero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

/// The stretches of a memory that are not zero, to the step; the last step may be shorter.
void add_runs(std::vector<Run>& runs, uint32_t index, std::span<const std::byte> bytes) {
  constexpr size_t kStep = 4096;
  size_t begin = 0;
  bool open = false;
  for (size_t at = 0; at < bytes.size(); at += kStep) {
    const bool zero = all_zero(bytes.subspan(at, std::min(kStep, bytes.size() - at)));
    if (!zero && !open) begin = at;
    if (zero && open) runs.push_back({index, begin, bytes.subspan(begin, at - begin)});
    open = !zero;
  }
  if (open) runs.push_back({index, begin, bytes.subspan(begin)});
}

void write_data(Encoder& e, const Contents& contents) {
  std::vector<Run> runs;
  for (uint32_t i = 0; i < contents.memories.things().size(); ++i) {
    const Memory& memory = *contents.memories.things()[i];
    add_runs(runs, i,
             {memory.base, static_cast<size_t>(memory.pages() << memory.type().page_log2)});
  }
  if (runs.empty()) return;
  const auto mark = e.begin_section(binary::SectionId::data);
  e.u32(static_cast<uint32_t>(runs.size()));
  for (const Run& run : runs) {
    const bool wide = contents.memories.things()[run.memory]->type().address == AddressType::i64;
    e.u32(run.memory == 0 ? 0 : 2);
    if (run.memory != 0) e.u32(run.memory);
    e.op(wide ? Op::i64_const : Op::i32_const);
    if (wide) {
      e.s64(static_cast<int64_t>(run.offset));
    } else {
      e.s32(static_cast<int32_t>(static_cast<uint32_t>(run.offset)));
    }
    e.op(Op::end);
    e.u32(static_cast<uint32_t>(run.bytes.size()));
    e.raw(run.bytes);
  }
  e.end_section(mark);
}

}  // namespace

std::vector<std::byte> core_dump(const Store& store, std::string_view program) {
  const std::vector<FrameState> frames = capture_frame_states(store, kCoreDumpFrames);
  Contents contents;
  Encoder e;
  e.header();
  const auto mark = e.begin_custom("core");
  e.byte(0);
  e.name(program);
  e.end_section(mark);
  write_stack(e, frames, contents);
  store.for_each_instance([&](const Instance& instance) { contents.instances.of(&instance); });
  write_instances(e, contents);
  write_modules(e, contents);
  write_memories(e, contents);
  write_globals(e, contents);
  write_data(e, contents);
  return e.take();
}

void dump_traps(Store& store) {
  store.on_trap = [](Store& trapped, PendingTrap& pending) {
    std::string program;
    if (!pending.backtrace.empty())
      program = pending.backtrace.frames.back().module->display_name();
    pending.core_dump = core_dump(trapped, program);
  };
}

}  // namespace weft::engine
