// Values of constant expressions at instantiation (spec 3.4.13, 4.5.4). The bytes were validated.
#pragma once

#include <optional>

#include "base/result.hpp"
#include "binary/module.hpp"
#include "runtime/instance.hpp"

namespace weft::engine {

struct ConstValue {
  runtime::Cell cell[2];
};

/// Reads the instance's globals, makes function references, structs and arrays. What it makes is a
/// root of the present runtime::RootScope: the caller opens one around the evaluation and the
/// storing. Error: out_of_memory.
Result<ConstValue> evaluate_const(runtime::Instance& instance, binary::ConstExpr expression);

/// The same for the first of several expressions in a row; `rest` is moved behind it.
Result<ConstValue> evaluate_next_const(runtime::Instance& instance, binary::ByteRange& rest);

/// The value, if the expression is a single i32.const or i64.const (an i32 is zero-extended).
std::optional<uint64_t> literal_address(const binary::Module& module, binary::ConstExpr expression);

}  // namespace weft::engine
