// Modules in chunks, the first of them empty.
#include <gtest/gtest.h>

#include "weft/weft.hpp"

namespace {

TEST(CModuleBuilder, TakesAnEmptyChunkFirst) {
  constexpr uint8_t kBytes[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
  const weft::Engine engine = weft::Engine::make().value();
  weft_module_builder_t* builder = nullptr;
  ASSERT_EQ(weft_module_builder_new(engine.c_api(), &builder), nullptr);
  EXPECT_EQ(weft_module_builder_write(builder, kBytes, 0), nullptr);
  EXPECT_EQ(weft_module_builder_write(builder, kBytes, sizeof kBytes), nullptr);
  weft_module_t* module = nullptr;
  EXPECT_EQ(weft_module_builder_finish(builder, &module), nullptr);
  EXPECT_NE(module, nullptr);
  weft_module_delete(module);
  weft_module_builder_delete(builder);
}

}  // namespace
