// Everything that must hold of a module (spec 3.5): types, limits, constant expressions, segments,
// exports; and of its bodies, at once or one by one.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "binary/module.hpp"
#include "validate/module_context.hpp"

namespace weft::validate {

/// Validates a module that was decoded with the same features, with all its bodies. A module that
/// has a malformed body anywhere is reported as malformed even if another part of it is invalid.
/// Thread safe.
Result<void> validate_module(const binary::Module& module, FeatureSet features);

/// The parts of it, for an engine that validates bodies later or on several threads:
///   ModuleContext context(module, features);
///   validate_definitions(context);            // fills the context; once, first
///   BodyValidator(context).validate(func);    // any body, any order, one BodyValidator per thread
///   worst_error(context, error);              // optional: what validate_module would have said
Result<void> validate_definitions(ModuleContext& context);

/// Validates bodies one after another and keeps its memory between them. The context must outlive
/// it.
class BodyValidator {
 public:
  explicit BodyValidator(const ModuleContext& context);
  ~BodyValidator();
  BodyValidator(BodyValidator&&) noexcept;
  BodyValidator& operator=(BodyValidator&&) noexcept;

  /// `func` is a defined function.
  Result<void> validate(FuncIdx func);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The error to report for a module in which `error` was found: malformed beats invalid.
Error worst_error(const ModuleContext& context, Error error);

}  // namespace weft::validate
