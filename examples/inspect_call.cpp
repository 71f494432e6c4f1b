// Looking into a call while it is suspended: its frames, their locals and what is on their operand
// stacks.
#include <cstdio>
#include <weft/weft.hpp>

namespace {

void print(const weft::FrameValue& v) {
  const auto value = v.value();
  if (!value) {
    std::printf(" ?");  // not to be known: the code keeps it nowhere
  } else if (value->kind() == WEFT_I32) {
    std::printf(" %d", value->i32());
  } else if (value->kind() == WEFT_F64) {
    std::printf(" %g", value->f64());
  }
}

void look_into(weft::StoreRef store, const weft::Invocation& call) {
  std::printf("stopped in\n");
  const auto frames = call.frame_states(store).value();
  for (const weft::FrameState& f : frames) {
    const auto name = f.frame().func_name;
    std::printf("  %.*s: locals", static_cast<int>(name.size()), name.data());
    for (const auto& local : f.locals()) print(local);
    std::printf(", operands");
    for (const auto& operand : f.operands()) print(operand);
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // inspect_call.wat
  const auto engine = weft::Engine::make().value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  auto store = weft::Store::make(engine).value();
  weft::Linker linker(engine);
  linker.func("shop", "price", [](int32_t) -> weft::Result<int32_t> { return weft::pending(); })
      .value();
  const auto instance = linker.instantiate(store, module).value();

  auto call = weft::Invocation::make(store, *instance.func(store, "checkout")).value();
  call.start(store, {3}).value();
  look_into(store, call);
  call.resume(store, {30}).value();  // the first price
  look_into(store, call);
  for (const int32_t price : {15, 5}) call.resume(store, {price}).value();
  std::printf("change: %d\n", call.results()[0].i32());
}
