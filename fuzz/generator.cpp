// The modules: fixed types, memories, tables, tags, segments and globals; functions of random types
// and bodies. What may be imported has the same index where it is not.
#include "generator.hpp"

#include <string>

#include "function_generator.hpp"

namespace weft::fuzz {
namespace {

using wasm::Feature;

void limits(Writer& w, unsigned flags, unsigned min, unsigned max) { w.raw({flags, min, max}); }

void common_types(Writer& w) {
  // 0: an open struct, 1: a subtype with one more field
  w.raw({0x50, 0, 0x5f, 7, 0x7f, 1, 0x7e, 1, 0x7c, 1, 0x78, 1, 0x6e, 1, 0x7d, 1, 0x7b, 1});
  w.raw({0x4f, 1, 0,    0x5f, 8,    0x7f, 1,    0x7e, 1,    0x7c, 1,
         0x78, 1, 0x6e, 1,    0x7d, 1,    0x7b, 1,    0x77, 1});
  for (const unsigned element : {0x7fu, 0x78u, 0x6eu, 0x77u, 0x7eu, 0x7du, 0x7cu, 0x7bu})
    w.raw({0x5e, element, 1});
  w.raw({0x60, 2, 0x7f, 0x7e, 0});              // kTagType
  w.raw({0x60, 1, 0x7c, 0});                    // kFloatTagType
  w.raw({0x60, 0, 1, 0x7f});                    // kCallbackType
  w.raw({0x60, 0, 2, 0x7f, 0x7e});              // kPairType
  w.raw({0x60, 0, 3, 0x7f, 0x7e, 0x69});        // kPairRefType
  w.raw({0x60, 1, 0x7f, 1, 0x7f});              // kHostType
  w.raw({0x60, 1, 0x7f, 0});                    // kCheckType
  w.raw({0x60, 2, 0x7f, 0x7e, 2, 0x7e, 0x7f});  // kSwapType
}

Writer types(const World& world) {
  Writer w;
  w.u(kFirstFuncType + world.functions.size());
  common_types(w);
  for (const Signature& f : world.functions) {
    w.byte(0x60);
    w.u(f.params.size());
    for (const Type t : f.params) write_type(w, t);
    w.u(f.results.size());
    for (const Type t : f.results) write_type(w, t);
  }
  return w;
}

Writer imports() {
  Writer w;
  w.u(9);
  const auto name = [&](const char* module, const char* field) { w.name(module), w.name(field); };
  name("host", "f"), w.raw({0, kHostType});
  name("host", "check"), w.raw({0, kCheckType});
  name("lib", "k"), w.raw({0, kCallbackType});
  name("lib", "t"), w.raw({1, 0x70}), limits(w, 1, 6, 12);
  name("lib", "m"), w.byte(2), limits(w, 1, 1, 3);
  name("lib", "c"), w.raw({3, 0x7f, 0});
  name("lib", "v"), w.raw({3, 0x7e, 1});
  name("lib", "a"), w.raw({4, 0, kTagType});
  name("lib", "b"), w.raw({4, 0, kFloatTagType});
  return w;
}

Writer globals(const World& world) {
  Writer w;
  w.u(kTypes * kGlobalsOfType + (world.imports ? 1 : 3));
  if (!world.imports) w.raw({0x7f, 0, 0x41, 41, 0x0b, 0x7e, 1, 0x42, 0, 0x0b});
  w.raw({0x7f, 1, 0x41});
  w.s(kStepsPerCall);
  w.byte(0x0b);
  for (unsigned i = 0; i < kTypes * kGlobalsOfType; ++i) {
    const auto t = static_cast<Type>(i / kGlobalsOfType);
    write_type(w, t);
    w.byte(1);
    if (i == kI32 * kGlobalsOfType) {
      w.raw({0x23, 0, 0x41, 5, 0x6a});  // global 0 plus 5
    } else if (i == kStruct * kGlobalsOfType) {
      w.raw({0xfb, 1, 1});  // struct.new_default 1
    } else if (i == kArray * kGlobalsOfType) {
      w.raw({0x41, 7, 0x41, 9, 0xfb, 8, 2, 2});  // array.new_fixed 2 2
    } else if (i == kRefs * kGlobalsOfType) {
      w.raw({0x41, 7, 0xfb, 0x1c, 0x41, 9, 0xfb, 6, 4});  // array.new 4
    } else if (i == kFn * kGlobalsOfType) {
      w.raw({0xd2, kCallbackFunc});
    } else {
      write_zero(w, t);
    }
    w.byte(0x0b);
  }
  return w;
}

Writer exports(const World& world) {
  Writer w;
  unsigned count = 0;
  Writer body;
  const auto add = [&](const std::string& name, unsigned kind, uint64_t index) {
    body.name(name), body.byte(kind), body.u(index);
    ++count;
  };
  for (unsigned i = 0; i < world.functions.size(); ++i)
    add("f" + std::to_string(i), 0, kFirstFunc + i);
  add("cb", 0, kCallbackFunc);
  const unsigned types = world.flavor.portable ? kV128 : kTypes;
  for (unsigned i = 1; i < kFirstGlobal + types * kGlobalsOfType; ++i)
    add("g" + std::to_string(i), 3, i);
  for (unsigned i = 0; i < world.memories(); ++i) {
    if (!world.flavor.portable || i < kSharedMemory) add("m" + std::to_string(i), 2, i);
  }
  for (unsigned i = 0; i < 3; ++i) {
    if (!world.flavor.portable) add("t" + std::to_string(i), 1, i);
  }
  w.u(count);
  w.raw(body.out);
  return w;
}

/// Segments: 0 active functions, 1 passive functions, 2 passive anyrefs (i31), 3 declares all
/// functions, 4 passive externrefs.
Writer elements(const World& world) {
  Writer w;
  w.u(5);
  const auto functions = static_cast<unsigned>(world.functions.size());
  w.raw({0, 0x41, 1, 0x0b, functions + 1});
  for (unsigned i = 0; i <= functions; ++i) w.u(kCallbackFunc + i);
  w.raw({1, 0, 2, kCallbackFunc, kCallbackFunc});
  w.raw({5, 0x6e, 3, 0x41, 5, 0xfb, 0x1c, 0x0b, 0xd0, 0x71, 0x0b, 0x41, 0x7f, 0xfb, 0x1c, 0x0b});
  w.raw({3, 0});
  w.u(functions + 1);
  for (unsigned i = 0; i <= functions; ++i) w.u(kCallbackFunc + i);
  w.raw({5, 0x6f, 2, 0xd0, 0x6f, 0x0b, 0xd0, 0x72, 0x0b});
  return w;
}

Writer data() {
  Writer w;
  w.u(4);
  w.raw({0, 0x41, 16, 0x0b, 9, 1, 2, 0xff, 0x7f, 0x80, 0, 0xf0, 0x3f, 9});
  w.raw({1, 24});
  for (unsigned i = 0; i < 24; ++i) w.byte(i * 37 + 11);
  w.raw({2, kMemory64, 0x42, 3, 0x0b, 4, 0xff, 0xff, 0xff, 0x7f});
  w.raw({2, kSharedMemory, 0x23, 0, 0x0b, 3, 0x55, 0xaa, 1});
  return w;
}

Writer functions(const World& world) {
  Writer w;
  w.u(world.functions.size() + (world.imports ? 1 : 4));
  if (!world.imports) w.raw({kHostType, kCheckType, kCallbackType});
  w.u(kCallbackType);
  for (unsigned i = 0; i < world.functions.size(); ++i) w.u(kFirstFuncType + i);
  return w;
}

Writer tables(const World& world) {
  Writer w;
  w.u(world.imports ? 2 : 3);
  if (!world.imports) w.byte(0x70), limits(w, 1, 6, 12);
  w.byte(0x6e), limits(w, 1, 5, 12);
  w.byte(0x6f), limits(w, 5, 3, 9);
  return w;
}

Writer memories(const World& world) {
  Writer w;
  w.u(world.memories() - (world.imports ? 1 : 0));
  if (!world.imports) limits(w, 1, 1, 3);
  limits(w, 5, 1, 2);
  limits(w, 3, 1, 2);
  if (world.memories() > kByteMemory) limits(w, 9, 90, 99), w.byte(0);
  return w;
}

Writer code(Choices& choices, const World& world) {
  Writer w;
  w.u(world.functions.size() + (world.imports ? 1 : 4));
  if (!world.imports) {
    w.raw({7, 0, 0x20, 0, 0x41, 31, 0x6c, 0x0b});
    w.raw({2, 0, 0x0b});
    w.raw({4, 0, 0x23, 0, 0x0b});
  }
  w.raw({7, 0, 0x23, kFirstGlobal, 0x41, 1, 0x6a, 0x0b});  // the callback: a global plus one
  for (unsigned i = 0; i < world.functions.size(); ++i) {
    Writer body;
    FunctionGenerator(choices, world, i, body).run();
    w.u(body.out.size());
    w.raw(body.out);
  }
  return w;
}

std::vector<Type> some_types(Choices& choices, unsigned most, bool portable) {
  std::vector<Type> types(choices.below(most + 1));
  for (Type& t : types) t = static_cast<Type>(choices.below(portable ? kV128 : kTypes));
  return types;
}

Writer header() {
  Writer w;
  w.raw({0, 'a', 's', 'm', 1, 0, 0, 0});
  return w;
}

}  // namespace

std::vector<uint8_t> generate(std::span<const uint8_t> input, const Flavor& flavor) {
  Choices choices(input);
  World world;
  world.flavor = flavor;
  const unsigned count = 1 + choices.below(4);
  world.imports = choices.chance(50);
  for (unsigned i = 0; i < count; ++i) {
    Signature f;
    f.params = some_types(choices, 5, flavor.portable);
    f.results = some_types(choices, 3, flavor.portable);
    world.functions.push_back(std::move(f));
  }
  Writer tags, segments;
  tags.raw({2, 0, kTagType, 0, kFloatTagType});
  segments.u(4);

  Writer module = header();
  module.section(1, types(world));
  if (world.imports) module.section(2, imports());
  module.section(3, functions(world));
  module.section(4, tables(world));
  module.section(5, memories(world));
  if (!world.imports) module.section(13, tags);
  module.section(6, globals(world));
  module.section(7, exports(world));
  module.section(9, elements(world));
  module.section(12, segments);
  module.section(10, code(choices, world));
  module.section(11, data());
  return module.out;
}

std::vector<uint8_t> library() {
  Writer types, funcs, tables, memories, tags, globals, exports, elements, code;
  types.u(kFirstFuncType);
  common_types(types);
  funcs.raw({1, kCallbackType});
  tables.raw({1, 0x70, 1, 6, 12});
  memories.raw({1, 1, 1, 3});
  tags.raw({2, 0, kTagType, 0, kFloatTagType});
  globals.raw({2, 0x7f, 0, 0x41, 41, 0x0b, 0x7e, 1, 0x42, 0, 0x0b});
  exports.u(7);
  const auto add = [&](const char* name, unsigned kind, unsigned index) {
    exports.name(name), exports.raw({kind, index});
  };
  add("k", 0, 0), add("t", 1, 0), add("m", 2, 0), add("c", 3, 0), add("v", 3, 1), add("a", 4, 0),
      add("b", 4, 1);
  elements.raw({1, 0, 0x41, 0, 0x0b, 1, 0});
  // k: v += 3; v as an i32
  code.raw({1, 12, 0, 0x23, 1, 0x42, 3, 0x7c, 0x24, 1, 0x23, 1, 0xa7, 0x0b});

  Writer module = header();
  module.section(1, types);
  module.section(3, funcs);
  module.section(4, tables);
  module.section(5, memories);
  module.section(13, tags);
  module.section(6, globals);
  module.section(7, exports);
  module.section(9, elements);
  module.section(10, code);
  return module.out;
}

}  // namespace weft::fuzz
