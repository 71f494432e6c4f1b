// A .wast script as a list of commands. Modules stay token ranges or byte strings until their
// command is executed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "text/token.hpp"
#include "wast/value.hpp"

namespace weft::wast {

enum class CommandKind : uint8_t {
  module,
  module_definition,
  module_instance,
  register_,
  action,
  assert_return,
  assert_trap,
  assert_exhaustion,
  assert_exception,
  assert_invalid,
  assert_malformed,
  assert_unlinkable,
  assert_malformed_custom,
  assert_invalid_custom,
  thread,
  wait,
};
inline constexpr size_t kCommandKinds = 16;
std::string_view to_string(CommandKind kind);

struct ModuleSource {
  enum class Form : uint8_t { text, binary, quote };
  Form form = Form::text;
  text::TokenRange fields;  ///< text
  std::string bytes;        ///< binary, or the quoted text
};

struct Action {
  bool is_get = false;  ///< `get` of a global; otherwise `invoke`
  std::string module;   ///< Empty: the current instance.
  std::string name;
  std::vector<Value> arguments;
};

struct Command {
  CommandKind kind = CommandKind::module;
  uint32_t line = 0;
  std::string name;  ///< $id of a module, instance or thread
  std::string
      definition;  ///< module_instance: the definition's $id; register: the name to register under
  bool on_module = false;  ///< assert_trap and its like: about `module`, not `action`
  ModuleSource module;
  Action action;
  std::vector<Pattern> expected;
  std::string message;
  std::vector<std::string> shared;  ///< thread: modules it may see
  std::vector<Command> commands;    ///< thread
};

/// A parsed script; owns its source.
struct Script {
  std::unique_ptr<std::string> source;
  std::unique_ptr<text::TokenList> tokens;
  std::vector<Command> commands;
};

/// Fails on what is no script: modules inside are not looked at beyond their outermost parentheses.
Result<Script> parse_script(std::string source);

}  // namespace weft::wast
