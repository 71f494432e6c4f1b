// The modules: fixed types, memories, tables, segments and globals; functions of random types and
// bodies.
#include "generator.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "function_generator.hpp"
#include "module_writer.hpp"

namespace weft::fuzz {
namespace {

void limits(Writer& w, unsigned flags, unsigned min, unsigned max) { w.raw({flags, min, max}); }

Writer types(const World& world) {
  Writer w;
  w.u(kFirstFuncType + world.functions.size());
  // 0: an open struct, 1: a subtype with one more field, 2..4: arrays
  w.raw({0x50, 0, 0x5f, 7, 0x7f, 1, 0x7e, 1, 0x7c, 1, 0x78, 1, 0x6e, 1, 0x7d, 1, 0x7b, 1});
  w.raw({0x4f, 1, 0,    0x5f, 8,    0x7f, 1,    0x7e, 1,    0x7c, 1,
         0x78, 1, 0x6e, 1,    0x7d, 1,    0x7b, 1,    0x77, 1});
  w.raw({0x5e, 0x7f, 1});
  w.raw({0x5e, 0x78, 1});
  w.raw({0x5e, 0x6e, 1});
  w.raw({0x60, 2, 0x7f, 0x7e, 0});  // 5: the tag's
  w.raw({0x60, 0, 1, 0x7f});        // 6: what tables of functions are called with
  for (const Signature& f : world.functions) {
    w.byte(0x60);
    w.u(f.params.size());
    for (const Type t : f.params) write_type(w, t);
    w.u(f.results.size());
    for (const Type t : f.results) write_type(w, t);
  }
  return w;
}

Writer globals() {
  Writer w;
  w.u(kTypes * kGlobalsOfType + 1);
  w.raw({0x7f, 1, 0x41});
  w.s(kSteps);
  w.byte(0x0b);
  for (unsigned t = 0; t < kTypes; ++t) {
    for (unsigned i = 0; i < kGlobalsOfType; ++i) {
      write_type(w, static_cast<Type>(t));
      w.byte(1);
      write_zero(w, static_cast<Type>(t));
      w.byte(0x0b);
    }
  }
  return w;
}

Writer exports(size_t functions) {
  Writer w;
  const unsigned count = kTypes * kGlobalsOfType + 1;
  w.u(functions + count + 2);
  for (size_t i = 0; i < functions; ++i) {
    w.name("f" + std::to_string(i));
    w.byte(0);
    w.u(i + 1);  // function 0 is the one of the tables
  }
  for (unsigned i = 0; i < count; ++i) {
    w.name("g" + std::to_string(i));
    w.byte(3);
    w.u(i);
  }
  for (unsigned i = 0; i < 2; ++i) {
    w.name("m" + std::to_string(i));
    w.raw({2, i});
  }
  return w;
}

/// Segments: 0 active functions, 1 passive functions, 2 passive anyrefs (i31), 3 declares all
/// functions.
Writer elements(const World& world) {
  Writer w;
  w.u(4);
  w.raw({0, 0x41, 1, 0x0b, 3, 0, 0, 0});
  w.raw({1, 0, 2, 0, 0});
  w.raw({5, 0x6e, 3, 0x41, 5, 0xfb, 0x1c, 0x0b, 0xd0, 0x71, 0x0b, 0x41, 0x7f, 0xfb, 0x1c, 0x0b});
  w.raw({3, 0});
  w.u(world.functions.size() + 1);
  for (size_t i = 0; i <= world.functions.size(); ++i) w.u(i);
  return w;
}

Writer data() {
  Writer w;
  w.u(2);
  w.raw({0, 0x41, 16, 0x0b, 9, 1, 2, 0xff, 0x7f, 0x80, 0, 0xf0, 0x3f, 9});
  w.raw({1, 24});
  for (unsigned i = 0; i < 24; ++i) w.byte(i * 37 + 11);
  return w;
}

std::vector<Type> some_types(Choices& choices, unsigned most) {
  std::vector<Type> types(choices.below(most + 1));
  for (Type& t : types) t = static_cast<Type>(choices.below(kTypes));
  return types;
}

}  // namespace

std::vector<uint8_t> generate(std::span<const uint8_t> input) {
  Choices choices(input);
  World world;
  const unsigned functions = 1 + choices.below(4);
  for (unsigned i = 0; i < functions; ++i)
    world.functions.push_back({some_types(choices, 5), some_types(choices, 3)});

  Writer code;
  code.u(functions + 1);
  code.raw({7, 0, 0x23, 1, 0x41, 1, 0x6a, 0x0b});  // function 0: global 1 plus one
  for (unsigned i = 0; i < functions; ++i) {
    Writer body;
    FunctionGenerator(choices, world, i, body).run();
    code.u(body.out.size());
    code.raw(body.out);
  }

  Writer funcs, tables, memories, tags, count;
  funcs.u(functions + 1);
  funcs.u(6);
  for (unsigned i = 0; i < functions; ++i) funcs.u(kFirstFuncType + i);
  tables.u(3);
  tables.byte(0x70), limits(tables, 1, 6, 12);
  tables.byte(0x6e), limits(tables, 1, 5, 12);
  tables.byte(0x6f), limits(tables, 5, 3, 9);
  memories.u(2);
  limits(memories, 1, 1, 3), limits(memories, 5, 1, 2);
  tags.raw({1, 0, 5});
  count.u(2);

  Writer module;
  module.raw({0, 'a', 's', 'm', 1, 0, 0, 0});
  module.section(1, types(world));
  module.section(3, funcs);
  module.section(4, tables);
  module.section(5, memories);
  module.section(13, tags);
  module.section(6, globals());
  module.section(7, exports(functions));
  module.section(9, elements(world));
  module.section(12, count);
  module.section(10, code);
  module.section(11, data());
  return module.out;
}

}  // namespace weft::fuzz
