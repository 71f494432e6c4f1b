// The custom "name" section (spec 7.4.1 and the extended-name-section proposal), read when somebody
// asks for a name. It has no meaning for execution, so garbage is never an error: what can be read
// is used, the rest is ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "binary/module.hpp"

namespace weft::binary {

enum class NameKind : uint8_t {
  module,
  func,
  local,
  label,
  type,
  table,
  memory,
  global,
  elem,
  data,
  field,
  tag
};
inline constexpr size_t kNameKinds = 12;

/// Views point into the module's bytes. Immutable after construction; any thread may read it.
class NameSection {
 public:
  /// An index and its name; `outer` is the function of a local or label, the type of a field.
  struct Entry {
    uint32_t outer = 0;
    uint32_t index = 0;
    std::string_view name;
  };

  NameSection() = default;
  /// Finds and reads the module's name section; empty if there is none.
  explicit NameSection(const Module& module);

  std::string_view module_name() const { return module_name_; }
  /// The name of something in an index space; empty where there is none. Logarithmic.
  std::string_view find(NameKind kind, uint32_t index) const;
  /// The same for locals, labels (outer: function) and fields (outer: type).
  std::string_view find(NameKind kind, uint32_t outer, uint32_t index) const;
  std::string_view func(FuncIdx f) const { return find(NameKind::func, f.value); }

  /// All entries of a kind, sorted.
  const std::vector<Entry>& entries(NameKind kind) const {
    return entries_[static_cast<size_t>(kind)];
  }

 private:
  void read(std::span<const std::byte> contents);

  std::string_view module_name_;
  std::vector<Entry> entries_[kNameKinds];
};

/// What to call a function in a message: its name section entry, its export, its import, or
/// nothing.
std::string_view function_name(const Module& module, const NameSection& names, FuncIdx f);

}  // namespace weft::binary
