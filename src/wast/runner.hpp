// Runs scripts against a host and compares what happens with what the script says. The class of a
// failure is checked strictly, the text of a trap by prefix.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wasm/features.hpp"
#include "wast/host.hpp"
#include "wast/script.hpp"

namespace weft::wast {

enum class Verdict : uint8_t { passed, failed, skipped };

struct InnerResult;
struct CommandResult {
  Verdict verdict = Verdict::passed;
  std::string detail;  ///< Why it failed or was skipped; of a passed one, how its error text
                       ///< differs from the suite's.
  std::vector<InnerResult> inner;  ///< wait: what the thread's commands did
};
struct InnerResult {
  const Command* command = nullptr;
  CommandResult result;
};

/// Runs the commands of one script, in order.
class Runner {
 public:
  /// `features`: what the host was made with.
  Runner(const Script& script, ScriptHost& host, wasm::FeatureSet features);
  /// Joins the threads nobody waited for.
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// After a command that should have changed something and could not be executed, what does not
  /// come out as expected is skipped: it says nothing.
  CommandResult run(const Command& command);

 private:
  CommandResult execute(const Command& command);
  using ModuleId = ScriptHost::ModuleId;
  using InstanceId = ScriptHost::InstanceId;
  /// An instance, or the reason why there is none.
  struct Slot {
    std::optional<InstanceId> id;
    std::string missing;
  };

  Outcome<std::vector<std::byte>> bytes_of(const ModuleSource& source) const;
  Outcome<ModuleId> compile(const ModuleSource& source);
  CommandResult define_module(const Command& command);
  CommandResult instantiate(const Command& command, const std::string& name, ModuleId module);
  CommandResult instantiate_definition(const Command& command);
  CommandResult register_instance(const Command& command);
  Outcome<std::vector<Value>> act(const Action& action);
  Outcome<std::vector<Value>> act_or_instantiate(const Command& command);
  CommandResult check_return(const Command& command);
  CommandResult check_failure(const Command& command, FailureKind expected);
  CommandResult check_refused(const Command& command, FailureKind expected);
  CommandResult check_custom(const Command& command);
  // thread_commands.cpp
  CommandResult start_thread(const Command& command);
  CommandResult wait_for_thread(const Command& command);
  CommandResult unexpected(const Failure& failure) const;

  const Script& script_;
  ScriptHost& host_;
  wasm::FeatureSet features_;
  std::unordered_map<std::string, ModuleId> definitions_;
  std::unordered_map<std::string, Slot> instances_;
  std::optional<ModuleId> definition_;  // the latest
  Slot current_{std::nullopt, "no module was instantiated yet"};
  struct Thread;
  std::unordered_map<std::string, std::unique_ptr<Thread>> threads_;
  bool tainted_ = false;           // an action or thread before this command was not executed
  bool lacks_registered_ = false;  // a registered name is missing because its instance is
};

}  // namespace weft::wast
