// What the script runner needs from an engine. One implementation runs scripts (engine_host),
// another only checks modules (check_host).
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/features.hpp"
#include "wast/value.hpp"

namespace weft::wast {

/// The classes of failure that scripts tell apart.
enum class FailureKind : uint8_t {
  malformed,
  invalid,
  unlinkable,
  unsupported,  // refused because a feature cannot be executed yet
  trap,
  exhaustion,
  exception,
  other,
};
std::string_view to_string(FailureKind kind);

struct Failure {
  FailureKind kind = FailureKind::other;
  std::string message;
};

template <class T>
using Outcome = std::expected<T, Failure>;

class ScriptHost {
 public:
  using ModuleId = uint32_t;
  using InstanceId = uint32_t;

  ScriptHost() = default;
  ScriptHost(const ScriptHost&) = delete;
  ScriptHost& operator=(const ScriptHost&) = delete;
  virtual ~ScriptHost() = default;

  /// Whether anything beyond compile works.
  virtual bool executes() const = 0;
  /// Decodes and validates.
  virtual Outcome<ModuleId> compile(std::span<const std::byte> bytes) = 0;
  /// Links against the registered instances and spectest; runs the start function.
  virtual Outcome<InstanceId> instantiate(ModuleId module) = 0;
  virtual void register_instance(std::string_view name, InstanceId instance) = 0;
  virtual Outcome<std::vector<Value>> invoke(InstanceId instance, std::string_view name,
                                             std::span<const Value> arguments) = 0;
  virtual Outcome<Value> global(InstanceId instance, std::string_view name) = 0;

  // --- thread scripts ---
  /// A host for another thread; it begins with spectest alone. Null if this one cannot.
  virtual std::unique_ptr<ScriptHost> make_peer() { return nullptr; }
  /// Makes what threads can share of an instance, its shared memories, an instance of `peer`, which
  /// make_peer() of this or a related host has made and no thread uses yet.
  virtual Outcome<InstanceId> share(InstanceId, ScriptHost&) {
    return std::unexpected(Failure{FailureKind::unsupported, "sharing between threads"});
  }
};

/// Decoder and validator only.
std::unique_ptr<ScriptHost> make_check_host(wasm::FeatureSet features);

}  // namespace weft::wast
