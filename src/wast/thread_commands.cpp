// The commands `thread` and `wait` of the threads proposal's scripts: a host thread with a store of
// its own runs the inner commands; what they did is reported at the `wait`.
#include <system_error>
#include <thread>

#include <fmt/core.h>

#include "wast/runner.hpp"

namespace weft::wast {

struct Runner::Thread {
  std::unique_ptr<ScriptHost> host;
  std::unique_ptr<Runner> runner;
  std::vector<InnerResult> results;  // the thread's until it is joined
  std::thread thread;
};

// Here, where Thread is known.
Runner::Runner(const Script& script, ScriptHost& host, wasm::FeatureSet features)
    : script_(script), host_(host), features_(features) {}

Runner::~Runner() {
  for (auto& [name, thread] : threads_) {
    if (thread->thread.joinable()) thread->thread.join();
  }
}

CommandResult Runner::start_thread(const Command& command) {
  auto thread = std::make_unique<Thread>();
  thread->host = host_.make_peer();
  if (thread->host == nullptr) {
    return {Verdict::skipped, "thread scripts are not executed by this host", {}};
  }
  if (threads_.contains(command.name)) {
    return {Verdict::failed, fmt::format("thread ${} was started already", command.name), {}};
  }
  thread->runner = std::make_unique<Runner>(script_, *thread->host, features_);
  for (const std::string& name : command.shared) {
    const auto found = instances_.find(name);
    if (found == instances_.end() || !found->second.id) {
      return {Verdict::failed, fmt::format("no instance ${} to share", name), {}};
    }
    const auto shared = host_.share(*found->second.id, *thread->host);
    if (!shared) return unexpected(shared.error());
    thread->runner->instances_[name] = {*shared, {}};
  }
  Thread& running = *thread;
  try {
    running.thread = std::thread([&running, &command] {
      for (const Command& inner : command.commands)
        running.results.push_back({&inner, running.runner->run(inner)});
    });
  } catch (const std::system_error&) {
    return {Verdict::failed, "the system has no thread left", {}};
  }
  threads_[command.name] = std::move(thread);
  return {};
}

CommandResult Runner::wait_for_thread(const Command& command) {
  const auto found = threads_.find(command.name);
  if (found == threads_.end()) {
    const Verdict verdict = tainted_ ? Verdict::skipped : Verdict::failed;
    return {verdict, fmt::format("no thread ${} runs", command.name), {}};
  }
  Thread& thread = *found->second;
  thread.thread.join();
  CommandResult result;
  result.inner = std::move(thread.results);
  threads_.erase(found);
  return result;
}

}  // namespace weft::wast
