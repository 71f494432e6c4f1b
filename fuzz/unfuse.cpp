// The only file of the fuzzers that reaches behind the public headers to change something.
#include "unfuse.hpp"

#include <memory>

#include "api/objects.hpp"
#include "interp/code_map.hpp"
#include "interp/enter.hpp"

namespace weft::fuzz {
namespace {

struct Unfused {
  interp::ModuleCode guarded, checked;
};

}  // namespace

void unfuse(const weft_module_t* module, bool fuel, bool epochs) {
  // SAFETY: nothing runs code of the module yet.
  auto& info = const_cast<runtime::ModuleInfo&>(module->module.info());
  interp::Options options;
  options.fusion = false;
  options.fuel = fuel;
  options.epochs = epochs;
  options.features = wasm::FeatureSet::all();
  interp::Options checked = options;
  checked.checked = true;
  auto code = std::shared_ptr<Unfused>(new Unfused{{info.module, options}, {info.module, checked}});
  const bool was_guarded = info.guarded.env != info.checked.env;
  info.guarded = interp::tier_code(was_guarded ? code->guarded : code->checked);
  info.checked = interp::tier_code(code->checked);
  info.tier_owner = code;
}

}  // namespace weft::fuzz
