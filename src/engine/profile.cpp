#include "engine/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "engine/flame_graph.hpp"
#include "engine/host_watch.hpp"
#include "engine/printable.hpp"
#include "engine/ticker.hpp"
#include "platform/clock.hpp"

namespace weft::engine {
namespace {

constexpr size_t kMostSamples = size_t{1}
                                << 20;  // half an hour; later ones count, but without their time

uint64_t pair(uint32_t high, uint32_t low) { return uint64_t{high} << 32 | low; }

/// A string of JSON, quotes included, from printable text.
std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// [each(0), each(1), ...]
template <class Each>
std::string json_list(size_t count, Each&& each) {
  std::string out = "[";
  for (size_t i = 0; i < count; ++i) {
    if (i != 0) out += ',';
    out += each(i);
  }
  return out + ']';
}
std::string json_repeat(size_t count, std::string_view value) {
  return json_list(count, [&](size_t) { return value; });
}

}  // namespace

Result<std::unique_ptr<Profiler>> Profiler::start(const Engine& engine, runtime::Store& store) {
  if (!engine.config().epochs)
    return fail(ErrorCode::bad_config, "bad configuration: a profile needs an engine with epochs");
  std::unique_ptr<Profiler> profiler(new Profiler(engine, store));
  profiler->ticking_ = engine.hold_ticker();
  if (profiler->ticking_ == nullptr)
    return fail(ErrorCode::out_of_memory, "out of memory: no thread for the profile's clock");
  return profiler;
}

Profiler::Profiler(const Engine& engine, runtime::Store& store)
    : engine_(engine),
      store_(store),
      last_epoch_(engine.state()->epoch().load()),
      start_(std::chrono::steady_clock::now()),
      nodes_(1) {
  name_id("all");
  watcher_ = watch_host_calls(store_, [this](const HostCall& call) { sample(call.name); });
  on_epoch_before_ = std::move(store_.on_epoch);  // nothing is thrown from here on
  store_.on_epoch = [this](runtime::Store& s) {
    sample({});
    runtime::EpochAnswer answer;
    answer.trap = s.deadline_ns <= platform::monotonic_ns();
    answer.extend_by = 1;
    return answer.trap && on_epoch_before_ ? on_epoch_before_(s) : answer;
  };
  store_.set_epoch_deadline(1);
}

Profiler::~Profiler() {
  unwatch_host_calls(store_, watcher_);
  store_.on_epoch = std::move(on_epoch_before_);
  if (store_.deadline_ns == ~uint64_t{0}) {
    store_.clear_epoch_deadline();
    return;
  }
  const uint64_t now = platform::monotonic_ns();
  const uint64_t left = store_.deadline_ns > now ? store_.deadline_ns - now : 0;
  constexpr uint64_t kTickNs = std::chrono::nanoseconds(Ticker::kTick).count();
  store_.set_epoch_deadline(left / kTickNs + 2);  // the ticker runs: the deadline holds it
}

void Profiler::sample(std::string_view leaf) {
  // SAFETY: relaxed, a clock.
  const uint64_t now = engine_.state()->epoch().load(std::memory_order_relaxed);
  if (now == last_epoch_) return;
  const auto weight = static_cast<uint32_t>(std::min<uint64_t>(now - last_epoch_, ~uint32_t{0}));
  last_epoch_ = now;
  try {
    add_sample(leaf, weight);
  } catch (const std::bad_alloc&) {  // guest frames are above: nothing may be thrown over them
  }
}

void Profiler::add_sample(std::string_view leaf, uint32_t weight) {
  const runtime::Backtrace trace = runtime::capture_backtrace(store_);
  uint32_t node = 0;
  if (trace.omitted != 0) node = child(node, name_id("(older frames)"));
  for (auto frame = trace.frames.rbegin(); frame != trace.frames.rend(); ++frame)
    node = child(node, frame_id(*frame));
  if (!leaf.empty()) node = child(node, name_id(leaf));
  nodes_[node].self += weight;
  if (samples_.size() >= kMostSamples) return;
  const auto time = std::chrono::steady_clock::now() - start_;
  samples_.push_back(
      {node, weight,
       static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count())});
}

uint32_t Profiler::name_id(std::string_view name) {
  const auto [at, added] = name_ids_.emplace(printable(name), static_cast<uint32_t>(names_.size()));
  if (added) names_.push_back(at->first);
  return at->second;
}

uint32_t Profiler::frame_id(const runtime::BacktraceFrame& frame) {
  const auto [module, new_module] =
      modules_.emplace(frame.module.get(), static_cast<uint32_t>(modules_.size()));
  if (new_module) kept_modules_.push_back(frame.module);
  const auto [known, added] = func_names_.emplace(pair(module->second, frame.func.value), 0);
  if (added) {
    std::string name = frame.module->func_name(frame.func);
    if (name.empty()) name = fmt::format("<function {}>", frame.func.value);
    known->second = name_id(name);
  }
  return known->second;
}

uint32_t Profiler::child(uint32_t parent, uint32_t name) {
  const auto [at, added] =
      children_.emplace(pair(parent, name), static_cast<uint32_t>(nodes_.size()));
  if (added) nodes_.push_back({parent, name, 0});
  return at->second;
}

std::string Profiler::report(Format format, std::string_view title) const {
  switch (format) {
    case Format::folded: return folded();
    case Format::firefox: return firefox(printable(title));
    case Format::flame_graph: return flame_graph(printable(title));
  }
  return {};
}

std::string Profiler::folded() const {
  std::vector<std::string> lines;
  for (size_t i = 1; i < nodes_.size(); ++i) {
    if (nodes_[i].self == 0) continue;
    std::string line;
    for (uint32_t n = static_cast<uint32_t>(i); n != 0; n = nodes_[n].parent) {
      // A semicolon divides frames in this format.
      std::string name = names_[nodes_[n].name];
      std::ranges::replace(name, ';', ':');
      line.insert(0, line.empty() ? name : name + ";");
    }
    lines.push_back(fmt::format("{} {}\n", line, nodes_[i].self));
  }
  std::ranges::sort(lines);
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

std::string Profiler::flame_graph(std::string_view title) const {
  std::vector<FlameNode> nodes;
  nodes.reserve(nodes_.size());
  for (const Node& n : nodes_) nodes.push_back({n.parent, names_[n.name], n.self});
  return draw_flame_graph(nodes, title);
}

// Names of the fields: the Firefox profiler's docs-developer/processed-profile-format.
std::string Profiler::firefox(std::string_view title) const {
  const size_t nodes = nodes_.size();
  const size_t names = names_.size();
  const auto number = [](auto v) { return std::to_string(v); };
  const std::string meta = fmt::format(
      R"({{"categories":[{{"name":"Wasm","color":"blue","subcategories":["Other"]}}],"debug":false,)"
      R"("interval":{},"preprocessedProfileVersion":46,"processType":0,"product":{},"stackwalk":1,)"
      R"("sampleUnits":{{"time":"ms","eventDelay":"ms","threadCPUDelta":"µs"}},"startTime":0,)"
      R"("symbolicated":true,"version":24,"markerSchema":[],"pausedRanges":[],)"
      R"("usesOnlyOneStackType":true,"doesNotUseFrameImplementation":true,)"
      R"("sourceCodeIsNotOnSearchfox":true,)"
      R"("extensions":{{"baseURL":[],"id":[],"length":0,"name":[]}}}})",
      Ticker::kTick.count(), json_text(title));
  const std::string frames = fmt::format(
      R"({{"length":{},"address":{},"inlineDepth":{},"category":{},"subcategory":{},"func":{},)"
      R"("nativeSymbol":{},"innerWindowID":{},"implementation":{},"line":{},"column":{},"optimizations":{}}})",
      names, json_repeat(names, "-1"), json_repeat(names, "0"), json_repeat(names, "0"),
      json_repeat(names, "0"), json_list(names, number), json_repeat(names, "null"),
      json_repeat(names, "null"), json_repeat(names, "null"), json_repeat(names, "null"),
      json_repeat(names, "null"), json_repeat(names, "null"));
  const std::string funcs = fmt::format(
      R"({{"length":{},"name":{},"isJS":{},"relevantForJS":{},"resource":{},"fileName":{},)"
      R"("lineNumber":{},"columnNumber":{}}})",
      names, json_list(names, number), json_repeat(names, "false"), json_repeat(names, "false"),
      json_repeat(names, "-1"), json_repeat(names, "null"), json_repeat(names, "null"),
      json_repeat(names, "null"));
  const std::string stacks = fmt::format(
      R"({{"length":{},"prefix":{},"frame":{},"category":{},"subcategory":{}}})", nodes,
      json_list(nodes,
                [&](size_t i) { return i == 0 ? std::string("null") : number(nodes_[i].parent); }),
      json_list(nodes, [&](size_t i) { return number(nodes_[i].name); }), json_repeat(nodes, "0"),
      json_repeat(nodes, "0"));
  const std::string samples = fmt::format(
      R"({{"length":{},"weightType":"samples","stack":{},"time":{},"weight":{}}})", samples_.size(),
      json_list(samples_.size(), [&](size_t i) { return number(samples_[i].node); }),
      json_list(samples_.size(),
                [&](size_t i) {
                  return fmt::format("{:.3f}", static_cast<double>(samples_[i].time_us) / 1000);
                }),
      json_list(samples_.size(), [&](size_t i) { return number(samples_[i].weight); }));
  const std::string strings = json_list(names, [&](size_t i) { return json_text(names_[i]); });
  return fmt::format(
      R"({{"meta":{},"libs":[],"pages":[],"counters":[],"profilerOverhead":[],"threads":[{{)"
      R"("name":"guest","isMainThread":true,"processType":"default","processName":{},)"
      R"("processStartupTime":0,"processShutdownTime":null,"registerTime":0,"unregisterTime":null,)"
      R"("pid":"1","tid":"1","pausedRanges":[],)"
      R"("markers":{{"length":0,"category":[],"data":[],"endTime":[],"name":[],"phase":[],"startTime":[]}},)"
      R"("nativeSymbols":{{"length":0,"address":[],"functionSize":[],"libIndex":[],"name":[]}},)"
      R"("resourceTable":{{"length":0,"lib":[],"name":[],"host":[],"type":[]}},)"
      R"("frameTable":{},"funcTable":{},"stackTable":{},"samples":{},"stringArray":{}}}]}})",
      meta, json_text(title), frames, funcs, stacks, samples, strings);
}

}  // namespace weft::engine
