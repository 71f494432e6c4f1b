#include "world.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <unordered_set>

#include "interp/enter.hpp"
#include "text/parser.hpp"

namespace weft::testing {

std::string Mode::name() const {
  std::string out = checked ? "checked" : "guarded";
  out += fusion ? " fused" : " unfused";
  if (fuel) out += " fuel";
  if (epochs) out += " epochs";
  return out;
}

std::span<const Mode> all_modes() {
  static const std::vector<Mode> kAll = [] {
    std::vector<Mode> all;
    for (unsigned i = 0; i < 16; ++i)
      all.push_back({(i & 1) != 0, (i & 2) == 0, (i & 4) != 0, (i & 8) != 0});
    return all;
  }();
  return kAll;
}
std::span<const Mode> tier_modes() { return all_modes().first(4); }

Bytes assemble(std::string_view wat) {
  auto bytes = text::parse_module(wat);
  if (bytes) return std::move(*bytes);
  ADD_FAILURE() << bytes.error().message;
  return *text::parse_module("(module)");
}

std::bitset<interp::kCodeCount>& seen_codes() {
  static std::bitset<interp::kCodeCount> seen;
  return seen;
}

/// Code of one module in both forms, made with the options of the test.
struct World::Tier {
  std::unique_ptr<interp::ModuleCode> guarded;
  std::unique_ptr<interp::ModuleCode> checked;
};

namespace {

Config config_for(const Mode& mode, Config config) {
  config.guard_pages = !mode.checked;
  config.fuel = mode.fuel;
  config.epochs = mode.epochs;
  config.features = wasm::FeatureSet::all();
  return config;
}

uint32_t length_at(const interp::FuncCode& code, uint32_t word, interp::Code c) {
  uint32_t words = interp::info(c).bytes / 8u;
  if (c == interp::Code::br_table_s || c == interp::Code::br_table_a) {
    uint32_t last = 0;
    std::memcpy(&last, reinterpret_cast<const std::byte*>(&code.words[word]) + 12, 4);
    words += (last + 2) / 2;
  }
  return words;
}

void remember(interp::ModuleCode& module) {
  for (interp::FuncCode& code : module.functions()) {
    for (uint32_t word = 0; code.words != nullptr && word < code.word_count;) {
      const interp::Code c = interp::code_of_handler(code.words[word]);
      ASSERT_NE(c, interp::Code::count_) << "no instruction at word " << word;
      seen_codes().set(static_cast<size_t>(c));
      word += length_at(code, word, c);
    }
  }
}

}  // namespace

World::World(const Mode& mode_, Config config)
    : mode(mode_),
      engine(engine::Engine::create(config_for(mode_, config)).value()),
      store(engine.new_store()),
      linker(engine) {
  if (mode.fuel) store->set_fuel(uint64_t{1} << 40);
  if (mode.epochs) store->set_epoch_deadline(uint64_t{1} << 40);
}

World::~World() {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  for (const auto& tier : tiers_) {
    if (tier->guarded) remember(*tier->guarded);
    remember(*tier->checked);
  }
}

engine::CompiledModule World::compile(const Bytes& bytes) {
  auto compiled = engine::CompiledModule::compile(engine, bytes);
  if (!compiled) {
    ADD_FAILURE() << compiled.error().message;
    return *engine::CompiledModule::compile(engine, assemble("(module)"));
  }
  // The engine's code is replaced by code made with the options of this test. Nothing has used it
  // yet.
  auto& info = const_cast<runtime::ModuleInfo&>(compiled->info());
  auto tier = std::make_shared<Tier>();
  interp::Options options;
  options.fusion = mode.fusion;
  options.fuel = mode.fuel;
  options.epochs = mode.epochs;
  options.features = wasm::FeatureSet::all();
  if (!mode.checked) tier->guarded = std::make_unique<interp::ModuleCode>(info.module, options);
  options.checked = true;
  tier->checked = std::make_unique<interp::ModuleCode>(info.module, options);
  info.guarded = interp::tier_code(tier->guarded ? *tier->guarded : *tier->checked);
  info.checked = interp::tier_code(*tier->checked);
  info.tier_owner = tier;
  tiers_.push_back(std::move(tier));
  return *compiled;
}

Instance World::load(const Bytes& bytes) {
  auto made = linker.instantiate(*store, compile(bytes));
  if (!made) {
    ADD_FAILURE() << made.message();
    return load(assemble("(module)"));
  }
  return made.instance();
}

engine::Func World::func(Instance instance, std::string_view name) {
  auto found = engine::get_func(*store, instance, name);
  if (!found) ADD_FAILURE() << found.error().message;
  return found.value_or(engine::Func{});
}

Outcome World::call(engine::Func func, std::span<const Cell> args) {
  const auto& type = engine::func_type(*store, func);
  Outcome out;
  out.cells.assign(std::max<size_t>(std::max<size_t>(type.call_cells(), args.size()), 1), Cell{});
  std::copy(args.begin(), args.end(), out.cells.begin());
  auto result = engine::call_unchecked(*store, func.object, out.cells.data(), out.cells.size());
  size_t cells = 0;
  for (const wasm::ValType t : type.results) cells += t.cells();
  out.cells.resize(cells);
  if (!result) {
    out.trap = result.trap().code;
    last_trap = std::move(*result.take());
    out.cells.clear();
  }
  return out;
}

Outcome World::call(Instance instance, std::string_view name,
                    std::initializer_list<uint64_t> args) {
  std::vector<Cell> cells;
  for (const uint64_t v : args) cells.push_back(Cell{v});
  return call(func(instance, name), cells);
}

uint64_t World::call_one(Instance instance, std::string_view name,
                         std::initializer_list<uint64_t> args) {
  const Outcome out = call(instance, name, args);
  if (out.trap != TrapCode::none || out.cells.empty()) {
    ADD_FAILURE() << name << ": " << (out.trap == TrapCode::none ? "no result" : last_trap.text());
    return ~uint64_t{0};
  }
  return out.cells[0].bits;
}

Trap World::trap_of(Instance instance, std::string_view name,
                    std::initializer_list<uint64_t> args) {
  last_trap = {};
  if (call(instance, name, args).trap == TrapCode::none) ADD_FAILURE() << name << " did not trap";
  return last_trap;
}

}  // namespace weft::testing
