// Profiles of guest code: samples of its frames, taken at the checks of the epoch (function entries
// and loop headers), and after calls of the host. ADR 0028.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/engine.hpp"

namespace weft::engine {

/// Samples of one store. Used on the store's thread. Takes the store's epoch deadline and what
/// happens there for itself; a deadline by the clock (Engine::set_deadline) is kept, and when the
/// profile ends, what happened before happens there again. Must end before the store, while its
/// guest stands still.
class Profiler {
 public:
  enum class Format : uint8_t {
    folded,      ///< "outer;inner 12" for each different stack: what flame graph tools read
    firefox,     ///< the processed format of the Firefox profiler (profiler.firefox.com), JSON
    flame_graph  ///< a picture, SVG
  };

  /// Starts; before the store's host functions are linked, if they are to be seen. Needs
  /// Config::epochs (error: bad_config). The engine's clock must move: here by a ticker of 2 ms.
  static Result<std::unique_ptr<Profiler>> start(const Engine& engine, runtime::Store& store);
  ~Profiler();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  /// What was seen so far.
  std::string report(Format format, std::string_view title) const;
  uint64_t samples() const { return samples_.size(); }

 private:
  Profiler(const Engine& engine, runtime::Store& store);
  /// Ticks since the last sample go to the stack as it is now, with `leaf` (if not empty) on top.
  /// Without memory for it, the sample is lost.
  void sample(std::string_view leaf);
  void add_sample(std::string_view leaf, uint32_t weight);
  uint32_t frame_id(const runtime::BacktraceFrame& frame);
  uint32_t name_id(std::string_view name);
  uint32_t child(uint32_t parent, uint32_t name);
  std::string folded() const;
  std::string firefox(std::string_view title) const;
  std::string flame_graph(std::string_view title) const;

  /// A node of the tree of stacks; 0 is the root.
  struct Node {
    uint32_t parent = 0;
    uint32_t name = 0;
    uint64_t self = 0;  ///< Ticks.
  };
  struct Sample {
    uint32_t node;
    uint32_t weight;
    uint64_t time_us;
  };

  Engine engine_;
  runtime::Store& store_;
  std::shared_ptr<void> ticking_;
  std::function<runtime::EpochAnswer(runtime::Store&)> on_epoch_before_;
  uint32_t watcher_ = 0;
  uint64_t last_epoch_;
  std::chrono::steady_clock::time_point start_;
  std::vector<std::string> names_;  // printable
  std::unordered_map<std::string, uint32_t> name_ids_;
  std::unordered_map<uint64_t, uint32_t> func_names_;  // by module and function
  std::unordered_map<const void*, uint32_t> modules_;
  std::vector<std::shared_ptr<const void>> kept_modules_;  // so that their addresses stay theirs
  std::vector<Node> nodes_;
  std::unordered_map<uint64_t, uint32_t> children_;  // by parent and name
  std::vector<Sample> samples_;
};

}  // namespace weft::engine
