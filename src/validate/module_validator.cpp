#include "validate/module_validator.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "binary/instruction_reader.hpp"
#include "binary/read_types.hpp"
#include "validate/function_walker.hpp"
#include "validate/null_emitter.hpp"
#include "validate/type_rules.hpp"
#include "wasm/type_text.hpp"

namespace weft::validate {

using binary::Module;
using NullWalker = FunctionWalker<NullEmitter>;

struct BodyValidator::Impl {
  NullEmitter emitter;
  NullWalker walker;
  explicit Impl(const ModuleContext& context) : walker(context, emitter) {}
};

BodyValidator::BodyValidator(const ModuleContext& context)
    : impl_(std::make_unique<Impl>(context)) {}
BodyValidator::~BodyValidator() = default;
BodyValidator::BodyValidator(BodyValidator&&) noexcept = default;
BodyValidator& BodyValidator::operator=(BodyValidator&&) noexcept = default;

Result<void> BodyValidator::validate(FuncIdx func) { return impl_->walker.walk(func); }

namespace {

std::unexpected<Error> invalid(std::string text, uint32_t offset) {
  return fail(ErrorCode::invalid, std::move(text), offset);
}

class Definitions {
 public:
  explicit Definitions(const ModuleContext& context)
      : ctx_(context), m_(*context.module), walker_(context, emitter_) {}

  Result<void> check() {
    WEFT_TRY(check_types(m_.types));
    WEFT_TRY(imports_and_functions());
    WEFT_TRY(memories());
    WEFT_TRY(tables());
    WEFT_TRY(globals());
    WEFT_TRY(datas());
    WEFT_TRY(elems());
    WEFT_TRY(exports());
    return start();
  }

 private:
  Result<void> func_type(TypeIdx type) {
    if (type.value >= m_.types.size())
      return invalid(fmt::format("unknown type {}", type.value), 0);
    if (!m_.types.is_func(type.value))
      return invalid(fmt::format("non-function type {}", type.value), 0);
    return {};
  }

  Result<void> imports_and_functions() {
    for (TypeIdx type : m_.funcs) WEFT_TRY(func_type(type));
    for (const TagType& tag : m_.tags) {
      WEFT_TRY(func_type(tag.type));
      if (!m_.types.results(tag.type).empty()) return invalid("non-empty tag result type", 0);
    }
    return {};
  }

  Result<void> memories() {
    if (m_.memories.size() > 1 && !ctx_.features.has(Feature::multi_memory)) {
      return invalid("multiple memories: multi-memory is not enabled", 0);
    }
    for (const MemoryType& memory : m_.memories) WEFT_TRY(check_memory_type(memory));
    return {};
  }

  Result<void> tables() {
    if (m_.tables.size() > 1 && !ctx_.features.has(Feature::reference_types)) {
      return invalid("multiple tables: reference-types is not enabled", 0);
    }
    for (size_t i = 0; i < m_.tables.size(); ++i) {
      const binary::Table& table = m_.tables[i];
      WEFT_TRY(check_val_type(m_.types, table.type.element));
      WEFT_TRY(check_table_type(table.type));
      if (table.init) {
        WEFT_TRY(walker_.walk_const(*table.init, table.type.element, m_.imported_globals));
      } else if (i >= m_.imported_tables && !table.type.element.nullable()) {
        return invalid(fmt::format("type mismatch: a table of {} needs an initial value",
                                   to_text(table.type.element)),
                       0);
      }
    }
    return {};
  }

  /// Globals that expressions behind the global section may read.
  uint32_t visible_globals(size_t defined_so_far) const {
    return ctx_.features.has(Feature::gc) ? static_cast<uint32_t>(defined_so_far)
                                          : m_.imported_globals;
  }

  Result<void> globals() {
    for (size_t i = 0; i < m_.globals.size(); ++i) {
      const binary::Global& global = m_.globals[i];
      WEFT_TRY(check_val_type(m_.types, global.type.type));
      if (i >= m_.imported_globals) {
        const uint32_t visible = visible_globals(i);
        WEFT_TRY(walker_.walk_const(global.init, global.type.type, visible));
      }
    }
    return {};
  }

  Result<void> datas() {
    for (const binary::DataSegment& data : m_.datas) {
      if (data.mode != binary::SegmentMode::active) continue;
      if (data.memory.value >= m_.memories.size()) {
        return invalid(fmt::format("unknown memory {}", data.memory.value), data.offset.offset);
      }
      WEFT_TRY(walker_.walk_const(data.offset, to_val_type(m_.memories[data.memory.value].address),
                                  visible_globals(m_.globals.size())));
    }
    return {};
  }

  Result<void> elems() {
    for (const binary::ElemSegment& elem : m_.elems) {
      WEFT_TRY(check_val_type(m_.types, elem.type));
      WEFT_TRY(elem_items(elem));
      if (elem.mode != binary::SegmentMode::active) continue;
      if (elem.table.value >= m_.tables.size()) {
        return invalid(fmt::format("unknown table {}", elem.table.value), elem.offset.offset);
      }
      const TableType& table = m_.tables[elem.table.value].type;
      if (!m_.types.matches(elem.type, table.element)) {
        return invalid(fmt::format("type mismatch: elements of type {} for a table of {}",
                                   to_text(elem.type), to_text(table.element)),
                       elem.offset.offset);
      }
      WEFT_TRY(walker_.walk_const(elem.offset, to_val_type(table.address),
                                  visible_globals(m_.globals.size())));
    }
    return {};
  }

  Result<void> elem_items(const binary::ElemSegment& elem) {
    if (!elem.is_exprs) {
      binary::Reader r(m_.range(elem.items), elem.items.offset);
      for (uint32_t i = 0; i < elem.count; ++i) {
        const uint32_t at = r.offset();
        const uint32_t func = r.u32();
        if (func >= m_.funcs.size()) return invalid(fmt::format("unknown function {}", func), at);
      }
      return {};
    }
    binary::ConstExpr rest = elem.items;
    for (uint32_t i = 0; i < elem.count; ++i) {
      WEFT_TRY(walker_.walk_const(rest, elem.type, visible_globals(m_.globals.size())));
      rest = {walker_.position(), elem.items.end() - walker_.position()};
    }
    return {};
  }

  Result<void> exports() {
    for (const binary::Export& e : m_.exports) {
      struct Space {
        std::string_view name;
        size_t size;
      };
      const Space spaces[] = {{"function", m_.funcs.size()},
                              {"table", m_.tables.size()},
                              {"memory", m_.memories.size()},
                              {"global", m_.globals.size()},
                              {"tag", m_.tags.size()}};
      const Space& space = spaces[static_cast<size_t>(e.kind)];
      if (e.index >= space.size) {
        return invalid(fmt::format("unknown {} {}: export \"{}\"", space.name, e.index, e.name),
                       e.offset);
      }
    }
    // Sorted, not hashed: names are the input's choice.
    std::vector<const binary::Export*> by_name;
    by_name.reserve(m_.exports.size());
    for (const binary::Export& e : m_.exports) by_name.push_back(&e);
    std::ranges::sort(by_name, {}, [](const binary::Export* e) { return e->name; });
    const auto repeated =
        std::ranges::adjacent_find(by_name, {}, [](const binary::Export* e) { return e->name; });
    if (repeated != by_name.end()) {
      return invalid(fmt::format("duplicate export name \"{}\"", (*repeated)->name),
                     (*repeated)->offset);
    }
    return {};
  }

  Result<void> start() {
    if (!m_.start) return {};
    if (m_.start->value >= m_.funcs.size())
      return invalid(fmt::format("unknown function {}", m_.start->value), 0);
    if (!m_.params(*m_.start).empty() || !m_.results(*m_.start).empty()) {
      return invalid(
          fmt::format("start function must not have parameters or results: function {} has {}",
                      m_.start->value, to_text(m_.params(*m_.start), m_.results(*m_.start))),
          0);
    }
    return {};
  }

  const ModuleContext& ctx_;
  const Module& m_;
  NullEmitter emitter_;
  NullWalker walker_;
};

/// The first malformed body, if there is one.
Result<void> check_bodies_decode(const ModuleContext& context) {
  const Module& m = *context.module;
  binary::ExpressionSkipper skipper;
  for (const binary::ByteRange& body : m.code) {
    binary::Reader r(m.range(body), body.offset);
    uint64_t locals = 0;
    for (uint32_t n = r.count(~0u, "groups of locals"); n > 0 && r.ok(); --n) {
      locals += r.u32();
      binary::read_val_type(r, context.features);
      if (locals > ~0u) r.fail("too many locals");
    }
    bool needs_data_count = false;
    skipper.skip(r, context.features, &needs_data_count);
    if (r.ok() && needs_data_count && !m.data_count) r.fail("data count section required");
    if (r.ok() && !r.at_end())
      r.fail("section size mismatch", "bytes follow the end of a function body");
    WEFT_TRY(r.result());
  }
  return {};
}

}  // namespace

Result<void> validate_definitions(ModuleContext& context) {
  context.declare_funcs();
  return Definitions(context).check();
}

Error worst_error(const ModuleContext& context, Error error) {
  if (error.code != ErrorCode::invalid) return error;
  auto decoded = check_bodies_decode(context);
  return decoded ? std::move(error) : std::move(decoded.error());
}

Result<void> validate_module(const Module& module, FeatureSet features) {
  ModuleContext context(module, features);
  Result<void> result = validate_definitions(context);
  if (result) {
    BodyValidator bodies(context);
    for (uint32_t i = module.imported_funcs; result && i < module.funcs.size(); ++i) {
      result = bodies.validate(FuncIdx(i));
    }
  }
  if (!result) return std::unexpected(worst_error(context, std::move(result.error())));
  return result;
}

}  // namespace weft::validate
