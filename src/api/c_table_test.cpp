// Tables that the host makes.
#include <gtest/gtest.h>

#include "weft/weft.hpp"

namespace {

TEST(CTable, ElementsAreReferences) {
  const weft::Engine engine = weft::Engine::make().value();
  weft::Store store = weft::Store::make(engine).value();
  for (const weft_valkind_t kind : {WEFT_I32, WEFT_I64, WEFT_F32, WEFT_F64, WEFT_V128}) {
    weft_val_t init{};
    init.kind = kind;
    weft_table_t table{};
    weft_error_t* error = weft_table_new(store.c_api(), kind, 1, 2, false, &init, &table);
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(weft_error_code(error), WEFT_ERROR_BAD_ARGUMENT);
    weft_error_delete(error);
  }
}

}  // namespace
