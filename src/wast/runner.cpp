#include "wast/runner.hpp"

#include <fmt/core.h>

#include "text/parser.hpp"

namespace weft::wast {
namespace {

CommandResult passed() { return {}; }
CommandResult failed(std::string detail) { return {Verdict::failed, std::move(detail), {}}; }
CommandResult skipped(std::string reason) { return {Verdict::skipped, std::move(reason), {}}; }

/// The suite's texts are documentation: a difference is noted, not held against us.
CommandResult refused(const std::string& actual, const std::string& expected) {
  if (actual.starts_with(expected)) return {};
  return {
      Verdict::passed,
      fmt::format("\"{}\", the suite says \"{}\"", actual.substr(0, actual.find('\n')), expected),
      {}};
}

constexpr std::string_view kNotExecuted = "not executed (modules are only checked)";

template <class T>
std::string list_text(const std::vector<T>& values) {
  std::string out;
  for (const T& v : values) {
    if (!out.empty()) out += ", ";
    out += to_string(v);
  }
  return "[" + out + "]";
}

}  // namespace

std::string_view to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::malformed: return "malformed";
    case FailureKind::invalid: return "invalid";
    case FailureKind::unlinkable: return "unlinkable";
    case FailureKind::unsupported: return "unsupported";
    case FailureKind::trap: return "trap";
    case FailureKind::exhaustion: return "exhaustion";
    case FailureKind::exception: return "exception";
    case FailureKind::other: return "error";
  }
  return "?";
}

Outcome<std::vector<std::byte>> Runner::bytes_of(const ModuleSource& source) const {
  const text::Options options{features_, true};
  Result<std::vector<std::byte>> bytes;
  switch (source.form) {
    case ModuleSource::Form::binary: {
      const auto all = std::as_bytes(std::span(source.bytes.data(), source.bytes.size()));
      return std::vector<std::byte>(all.begin(), all.end());
    }
    case ModuleSource::Form::quote: bytes = text::parse_module(source.bytes, options); break;
    case ModuleSource::Form::text:
      bytes = text::parse_fields(*script_.tokens, source.fields, {}, options);
      break;
  }
  if (!bytes)
    return std::unexpected(Failure{FailureKind::malformed, std::move(bytes.error().message)});
  return std::move(*bytes);
}

Outcome<Runner::ModuleId> Runner::compile(const ModuleSource& source) {
  auto bytes = bytes_of(source);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  return host_.compile(*bytes);
}

CommandResult Runner::unexpected(const Failure& failure) const {
  std::string text = fmt::format("{}: {}", to_string(failure.kind), failure.message);
  if (failure.kind == FailureKind::unsupported) return skipped(std::move(text));
  if (failure.kind == FailureKind::unlinkable && lacks_registered_) {
    return skipped("needs a module that could not be instantiated");
  }
  return failed(std::move(text));
}

CommandResult Runner::run(const Command& command) {
  CommandResult result = execute(command);
  const bool has_effects =
      command.kind == CommandKind::action || command.kind == CommandKind::thread;
  if (result.verdict == Verdict::skipped && has_effects) tainted_ = true;
  if (result.verdict == Verdict::failed && tainted_ && !command.action.name.empty()) {
    return skipped("follows a command that could not be executed");
  }
  return result;
}

CommandResult Runner::execute(const Command& command) {
  switch (command.kind) {
    case CommandKind::module:
    case CommandKind::module_definition: return define_module(command);
    case CommandKind::module_instance: return instantiate_definition(command);
    case CommandKind::register_: return register_instance(command);
    case CommandKind::action: {
      if (!host_.executes()) return skipped(std::string(kNotExecuted));
      const auto results = act(command.action);
      return results ? passed() : unexpected(results.error());
    }
    case CommandKind::assert_return: return check_return(command);
    case CommandKind::assert_trap: return check_failure(command, FailureKind::trap);
    case CommandKind::assert_exhaustion: return check_failure(command, FailureKind::exhaustion);
    case CommandKind::assert_exception: return check_failure(command, FailureKind::exception);
    case CommandKind::assert_unlinkable: return check_failure(command, FailureKind::unlinkable);
    case CommandKind::assert_invalid: return check_refused(command, FailureKind::invalid);
    case CommandKind::assert_malformed: return check_refused(command, FailureKind::malformed);
    case CommandKind::assert_malformed_custom:
    case CommandKind::assert_invalid_custom: return check_custom(command);
    case CommandKind::thread: return start_thread(command);
    case CommandKind::wait: return wait_for_thread(command);
  }
  return failed("unknown command");
}

CommandResult Runner::define_module(const Command& command) {
  const auto module = compile(command.module);
  if (!module) {
    current_ = {std::nullopt, fmt::format("its module failed: {}", module.error().message)};
    if (!command.name.empty()) instances_[command.name] = current_;
    return unexpected(module.error());
  }
  definition_ = *module;
  if (!command.name.empty()) definitions_[command.name] = *module;
  if (command.kind == CommandKind::module_definition || !host_.executes()) return passed();
  return instantiate(command, command.name, *module);
}

CommandResult Runner::instantiate(const Command&, const std::string& name, ModuleId module) {
  const auto instance = host_.instantiate(module);
  CommandResult result;
  if (instance) {
    current_ = {*instance, {}};
  } else {
    result = unexpected(instance.error());
    current_ = {std::nullopt, result.detail};
  }
  if (!name.empty()) instances_[name] = current_;
  return result;
}

CommandResult Runner::instantiate_definition(const Command& command) {
  if (!host_.executes()) return skipped(std::string(kNotExecuted));
  std::optional<ModuleId> module = definition_;
  if (!command.definition.empty()) {
    const auto found = definitions_.find(command.definition);
    if (found == definitions_.end())
      return failed(fmt::format("unknown module ${}", command.definition));
    module = found->second;
  }
  if (!module) return failed("no module definition yet");
  return instantiate(command, command.name, *module);
}

CommandResult Runner::register_instance(const Command& command) {
  if (!host_.executes()) return skipped(std::string(kNotExecuted));
  const Slot* slot = &current_;
  if (!command.name.empty()) {
    const auto found = instances_.find(command.name);
    if (found == instances_.end()) return failed(fmt::format("unknown instance ${}", command.name));
    slot = &found->second;
  }
  if (!slot->id) {
    lacks_registered_ = true;
    return skipped(fmt::format("no instance: {}", slot->missing));
  }
  host_.register_instance(command.definition, *slot->id);
  return passed();
}

Outcome<std::vector<Value>> Runner::act(const Action& action) {
  const Slot* slot = &current_;
  if (!action.module.empty()) {
    const auto found = instances_.find(action.module);
    if (found == instances_.end()) {
      return std::unexpected(
          Failure{FailureKind::other, fmt::format("unknown instance ${}", action.module)});
    }
    slot = &found->second;
  }
  if (!slot->id) return std::unexpected(Failure{FailureKind::unsupported, slot->missing});
  if (!action.is_get) return host_.invoke(*slot->id, action.name, action.arguments);
  auto value = host_.global(*slot->id, action.name);
  if (!value) return std::unexpected(std::move(value.error()));
  return std::vector<Value>{*value};
}

CommandResult Runner::check_return(const Command& command) {
  if (!host_.executes()) return skipped(std::string(kNotExecuted));
  const auto results = act(command.action);
  if (!results) return unexpected(results.error());
  bool equal = results->size() == command.expected.size();
  for (size_t i = 0; equal && i < results->size(); ++i)
    equal = matches(command.expected[i], (*results)[i]);
  if (equal) return passed();
  return failed(
      fmt::format("got {}, expected {}", list_text(*results), list_text(command.expected)));
}

Outcome<std::vector<Value>> Runner::act_or_instantiate(const Command& command) {
  if (!command.on_module) return act(command.action);
  const auto module = compile(command.module);
  if (!module) return std::unexpected(module.error());
  // The instance, should there be one, is not named and does not become the current one.
  const auto instance = host_.instantiate(*module);
  if (!instance) return std::unexpected(instance.error());
  return std::vector<Value>{};
}

CommandResult Runner::check_failure(const Command& command, FailureKind expected) {
  if (!host_.executes()) {
    if (!command.on_module) return skipped(std::string(kNotExecuted));
    const auto module = compile(command.module);  // what cannot be linked must still be valid
    return module ? passed() : unexpected(module.error());
  }
  const auto results = act_or_instantiate(command);
  if (results)
    return failed(fmt::format("succeeded, expected {}: {}", to_string(expected), command.message));
  const Failure& failure = results.error();
  if (failure.kind != expected) return unexpected(failure);
  // The suite writes texts that ours begins with, or (for "uninitialized element 2") goes on with
  // detail.
  const bool text_fits =
      failure.message.starts_with(command.message) || command.message.starts_with(failure.message);
  if (expected == FailureKind::trap && !text_fits) {
    return failed(fmt::format("trap \"{}\", expected \"{}\"", failure.message, command.message));
  }
  return passed();
}

CommandResult Runner::check_refused(const Command& command, FailureKind expected) {
  const bool in_text = command.module.form != ModuleSource::Form::binary;
  auto bytes = bytes_of(command.module);
  if (!bytes) {
    if (expected == FailureKind::malformed) return refused(bytes.error().message, command.message);
    return failed(fmt::format("the text was refused, expected invalid \"{}\": {}", command.message,
                              bytes.error().message));
  }
  if (in_text && expected == FailureKind::malformed) {
    return failed(fmt::format("the text was accepted, expected malformed: {}", command.message));
  }
  const auto module = host_.compile(*bytes);
  if (module)
    return failed(
        fmt::format("was accepted, expected {}: {}", to_string(expected), command.message));
  if (module.error().kind == expected) return refused(module.error().message, command.message);
  return failed(fmt::format("{}: {}; expected {}: {}", to_string(module.error().kind),
                            module.error().message, to_string(expected), command.message));
}

// Custom sections are only looked at by the text parser, where annotations ask for them.
CommandResult Runner::check_custom(const Command& command) {
  const auto bytes = bytes_of(command.module);
  if (bytes) return failed(fmt::format("was accepted, expected: {}", command.message));
  return refused(bytes.error().message, command.message);
}

}  // namespace weft::wast
