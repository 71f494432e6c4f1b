// Profiles and traces through the API.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "json.hpp"
#include "world.hpp"

namespace weft_test {
namespace {

using namespace std::chrono_literals;

weft::Config epochs() { return std::move(weft::Config().epochs()); }

constexpr std::string_view kBusy = R"((module $busy
  (import "h" "nap" (func $nap (param i32)))
  (func $spin (param $n i32)
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $twice (call $spin (i32.const 200000)) (call $spin (i32.const 200000)))
  (func (export "work") (call $twice))
  (func (export "rest") (param i32) (call $nap (local.get 0)))
  (func (export "forever") (loop $l (br $l)))))";

/// A guest that is profiled until it has `samples`.
struct Profiled : World {
  Profiled() : World(epochs()) {}
  void start() { profile.emplace(weft::Profile::start(store).value()); }
  Instance load(std::string_view wat = kBusy) {
    linker
        .func("h", "nap",
              [](int32_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); })
        .value();
    return instantiate(wat);
  }
  void work(const Instance& instance, uint64_t samples) {
    const auto call = get<void()>(instance, "work");
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (profile->samples() < samples && std::chrono::steady_clock::now() < give_up)
      call(store).value();
    ASSERT_GE(profile->samples(), samples);
  }
  /// Sleeps in the host until `ticks` of that were seen.
  void rest(const Instance& instance, uint64_t ticks);
  std::optional<weft::Profile> profile;
};

/// Stack -> ticks.
std::map<std::string, uint64_t> stacks_of(const std::string& folded) {
  std::map<std::string, uint64_t> out;
  size_t at = 0;
  while (at < folded.size()) {
    const size_t end = folded.find('\n', at);
    EXPECT_NE(end, std::string::npos);
    const std::string line = folded.substr(at, end - at);
    const size_t space = line.rfind(' ');
    EXPECT_NE(space, std::string::npos) << line;
    const std::string count = line.substr(space + 1);
    EXPECT_EQ(count.find_first_not_of("0123456789"), std::string::npos) << line;
    const bool fresh = out.emplace(line.substr(0, space), std::stoull(count)).second;
    EXPECT_TRUE(fresh) << line;
    at = end + 1;
  }
  return out;
}

void Profiled::rest(const Instance& instance, uint64_t ticks) {
  const auto call = get<void(int32_t)>(instance, "rest");
  const auto give_up = std::chrono::steady_clock::now() + 20s;
  const auto seen = [&] {
    const auto stacks = stacks_of(profile->folded());
    const auto found = stacks.find("rest;h.nap");
    return found == stacks.end() ? 0 : found->second;
  };
  while (seen() < ticks && std::chrono::steady_clock::now() < give_up) call(store, 20).value();
  EXPECT_GE(seen(), ticks) << profile->folded();
}

TEST(Profiles, FunctionsByTheirStacks) {
  Profiled p;
  p.start();
  const Instance instance = p.load();
  p.work(instance, 10);
  const auto stacks = stacks_of(p.profile->folded());
  ASSERT_TRUE(stacks.contains("work;twice;spin")) << p.profile->folded();
  uint64_t all = 0;
  for (const auto& [stack, ticks] : stacks) {
    EXPECT_TRUE(stack == "work" || stack == "work;twice" || stack == "work;twice;spin") << stack;
    all += ticks;
  }
  EXPECT_GE(all, p.profile->samples());
  EXPECT_GT(stacks.at("work;twice;spin") * 10, all * 8);  // where the time goes
}

TEST(Profiles, TimeInsideTheHostIsTheHosts) {
  Profiled p;
  p.start();
  const Instance instance = p.load();
  p.rest(instance, 15);
  const auto stacks = stacks_of(p.profile->folded());
  if (stacks.contains("rest")) {
    EXPECT_LT(stacks.at("rest"), stacks.at("rest;h.nap"));
  }
}

TEST(Profiles, FirefoxReadsIt) {
  Profiled p;
  p.start();
  const Instance instance = p.load();
  p.work(instance, 10);
  const Json json = Json::parse(p.profile->firefox("a \"title\"\n\x01"));
  ASSERT_TRUE(json.ok()) << json.error();
  EXPECT_EQ(json["meta"]["product"].text(), "a \"title\"??");
  EXPECT_EQ(json["meta"]["interval"].number(), 2);
  const Json& thread = json["threads"][0];
  const Json& samples = thread["samples"];
  const size_t count = static_cast<size_t>(samples["length"].number());
  EXPECT_EQ(count, p.profile->samples());
  for (const char* column : {"stack", "time", "weight"}) EXPECT_EQ(samples[column].size(), count);
  // Every sample leads through the tables to names.
  const auto check_table = [&](const char* table, std::initializer_list<const char*> columns) {
    const auto length = static_cast<size_t>(thread[table]["length"].number());
    for (const char* column : columns) EXPECT_EQ(thread[table][column].size(), length) << column;
  };
  check_table("stackTable", {"prefix", "frame", "category", "subcategory"});
  check_table("frameTable", {"func", "address", "category", "line", "column"});
  check_table("funcTable", {"name", "isJS", "resource", "fileName"});
  bool seen = false;
  for (size_t i = 0; i < count; ++i) {
    const auto stack = static_cast<size_t>(samples["stack"][i].number());
    const auto frame = static_cast<size_t>(thread["stackTable"]["frame"][stack].number());
    const auto func = static_cast<size_t>(thread["frameTable"]["func"][frame].number());
    const auto name = static_cast<size_t>(thread["funcTable"]["name"][func].number());
    ASSERT_LT(name, thread["stringArray"].size());
    seen |= thread["stringArray"][name].text() == "spin";
    if (i > 0) {
      EXPECT_GE(samples["time"][i].number(), samples["time"][i - 1].number());
    }
  }
  EXPECT_TRUE(seen);
  EXPECT_TRUE(thread["stackTable"]["prefix"][0].is_null());
}

TEST(Profiles, HostileNames) {
  // Names as a text cannot easily have them: quotes, markup, control characters, a semicolon.
  constexpr std::string_view kName = "a<b>&\\\"q\\\";\\n\\00\\1b[31m\\u{202e}\\7f";
  std::string wat(kBusy);
  const std::string spin = "$spin";
  for (size_t at = 0; (at = wat.find(spin, at)) != std::string::npos;)
    wat.replace(at, spin.size(), "$\"" + std::string(kName) + "\"");
  Profiled p;
  p.start();
  const Instance instance = p.load(wat);
  p.work(instance, 5);
  const std::string shown = "a<b>&\"q\";???[31m\xe2\x80\xae?";
  std::string folded_name = shown;
  folded_name[folded_name.find(';')] = ':';
  const auto stacks = stacks_of(p.profile->folded());
  EXPECT_TRUE(stacks.contains("work;twice;" + folded_name)) << p.profile->folded();
  const Json json = Json::parse(p.profile->firefox(kName));
  ASSERT_TRUE(json.ok()) << json.error();
  bool seen = false;
  const Json& names = json["threads"][0]["stringArray"];
  for (size_t i = 0; i < names.size(); ++i) seen |= names[i].text() == shown;
  EXPECT_TRUE(seen);
  const std::string svg = p.profile->flame_graph("<&\">\x02");
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
  EXPECT_EQ(svg.find('\x01'), std::string::npos);
  EXPECT_NE(svg.find("a&lt;b&gt;&amp;&quot;q&quot;"), std::string::npos);
  EXPECT_NE(svg.find("&lt;&amp;&quot;&gt;?: "), std::string::npos);
}

TEST(Profiles, NamesThatAreNoText) {
  // (module (func (export "work") (loop (br_if 0 ...)))) with a name section whose function name is
  // not UTF-8: it is no name.
  const std::string wat = R"((module (func $abcd (export "work") (local i32)
    (local.set 0 (i32.const 400000))
    (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))))";
  std::vector<uint8_t> bytes = weft::wat_to_wasm(wat).value();
  const std::string_view name = "abcd";
  const auto at = std::find_end(bytes.begin(), bytes.end(), name.begin(), name.end());
  ASSERT_NE(at, bytes.end());
  *at = 0xff;
  Profiled p;
  p.start();
  const auto module = weft::Module::compile(p.engine, std::span<const uint8_t>(bytes)).value();
  const Instance instance = p.linker.instantiate(p.store, module).value();
  p.work(instance, 3);
  EXPECT_TRUE(stacks_of(p.profile->folded()).contains("work")) << p.profile->folded();
  EXPECT_TRUE(Json::parse(p.profile->firefox("t")).ok());
}

TEST(Profiles, EndBeforeTheGuestDoes) {
  Profiled p;
  p.start();
  const Instance instance = p.load();
  p.work(instance, 3);
  p.profile.reset();
  // Nobody watches any more: not the epoch, not the host functions that were linked meanwhile.
  const auto work = p.get<void()>(instance, "work");
  for (int i = 0; i < 20; ++i) work(p.store).value();
  p.get<void(int32_t)>(instance, "rest")(p.store, 10).value();
  // Another one sees again what is linked after it began, and the functions of before by name.
  p.start();
  p.work(instance, 3);
  EXPECT_TRUE(stacks_of(p.profile->folded()).contains("work;twice;spin"));
  p.rest(instance, 3);
}

TEST(Profiles, OneAtATimeAndOnlyWithEpochs) {
  Profiled p;
  p.start();
  EXPECT_EQ(code_of(weft::Profile::start(p.store)), WEFT_ERROR_BAD_ARGUMENT);
  p.profile.reset();
  EXPECT_TRUE(weft::Profile::start(p.store));
  World without;
  EXPECT_EQ(code_of(weft::Profile::start(without.store)), WEFT_ERROR_BAD_CONFIG);
}

TEST(Profiles, DeadlinesAndEpochActionsStay) {
  Profiled p;
  int asked = 0;
  weft::on_epoch(p.store, [&](StoreRef) { return ++asked, weft::EpochAction::suspend(); }).value();
  const auto begin = std::chrono::steady_clock::now();
  p.store.set_deadline(30ms).value();
  p.start();
  const Instance instance = p.load();
  auto call = weft::Invocation::make(p.store, *instance.func(p.store, "forever")).value();
  // With the profile: what the embedder wants happens at its deadline, not before.
  ASSERT_EQ(call.start(p.store).value(), weft::Invocation::State::suspended);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 25ms);
  EXPECT_EQ(asked, 1);
  EXPECT_GE(p.profile->samples(), 1u);
  // And after it.
  const auto again = std::chrono::steady_clock::now();
  p.store.set_deadline(60ms).value();
  p.profile.reset();
  ASSERT_EQ(call.resume(p.store).value(), weft::Invocation::State::suspended);
  EXPECT_GE(std::chrono::steady_clock::now() - again, 55ms);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(call.frames().size(), 1u);
}

TEST(Profiles, HostFunctionsAreNotToldToStop) {
  World w(epochs());
  bool told = false;
  auto profile = weft::Profile::start(w.store).value();
  w.linker
      .func("h", "nap",
            [&](Caller& caller, int32_t) {
              const auto end = std::chrono::steady_clock::now() + 20ms;  // ten ticks
              while (std::chrono::steady_clock::now() < end) told |= weft::interrupted(caller);
            })
      .value();
  const Instance instance = w.instantiate(kBusy);
  w.get<void(int32_t)>(instance, "rest")(w.store, 0).value();
  EXPECT_FALSE(told);
  const auto handle = weft::InterruptHandle::make(w.store).value();
  handle.request(weft::Interruption::trap);
  (void)w.get<void(int32_t)>(instance, "rest")(w.store, 0);
  handle.take_back();
}

// --- traces ---

struct Lines {
  void operator()(std::string_view line) { all.emplace_back(line); }
  std::vector<std::string> all;
};

TEST(Traces, CallsOfTheHostWithValues) {
  World w;
  Lines lines;
  weft::trace(w.store, weft::TraceWhat::host, lines);
  w.linker.func("env", "add", [](int32_t a, int64_t b) { return static_cast<int64_t>(a) + b; })
      .value();
  w.linker.func("env", "half", [](float a, double b) { return std::tuple(a / 2, b / 2); }).value();
  w.linker
      .func("env", "no",
            [](int32_t) -> Result<int32_t> { return weft::Error("bad\nnews \x1b[31m"); })
      .value();
  w.linker.func("env", "later", []() -> Result<void> { return weft::pending(); }).value();
  w.linker.func("env", "boom", []() { throw std::runtime_error("boom"); }).value();
  w.linker.func("env", "take", [](ExternRef, weft::V128) {}).value();
  const Instance i = w.instantiate(R"((module
    (import "env" "add" (func $add (param i32 i64) (result i64)))
    (import "env" "half" (func $half (param f32 f64) (result f32 f64)))
    (import "env" "no" (func $no (param i32) (result i32)))
    (import "env" "later" (func $later))
    (import "env" "boom" (func $boom))
    (import "env" "take" (func $take (param externref v128)))
    (func (export "run") (drop (call $add (i32.const -1) (i64.const 2)))
      (call $half (f32.const 1.5) (f64.const -3)) drop drop
      (call $take (ref.null extern) (v128.const i64x2 1 2)))
    (func (export "fail") (drop (call $no (i32.const 7))))
    (func (export "wait") (call $later))
    (func (export "throw") (call $boom))))");
  w.get<void()>(i, "run")(w.store).value();
  EXPECT_FALSE(w.get<void()>(i, "fail")(w.store));
  EXPECT_FALSE(w.get<void()>(i, "wait")(w.store));
  EXPECT_FALSE(w.get<void()>(i, "throw")(w.store));
  const std::vector<std::string> expected = {
      "env.add(i32 -1, i64 2) = i64 1",
      "env.half(f32 1.5, f64 -3) = f32 0.75, f64 -1.5",
      "env.take(null, v128 0x0000000000000001 0x0000000000000002)",
      "env.no(i32 7) = error: bad\\x0anews \\x1b[31m",
      "env.later() = error: pending",
  };
  ASSERT_EQ(lines.all.size(), expected.size() + 1);
  for (size_t k = 0; k < expected.size(); ++k) EXPECT_EQ(lines.all[k], expected[k]);
  EXPECT_TRUE(lines.all.back().starts_with("env.boom() = e")) << lines.all.back();
}

TEST(Traces, WasiByNameAndMeaning) {
  World w;
  Lines wasi;
  Lines host;
  weft::trace(w.store, weft::TraceWhat::wasi, wasi);
  weft::trace(w.store, weft::TraceWhat::host, host);
  w.store.set_wasi(weft::WasiConfig()).value();
  w.linker.wasi().value();
  w.linker.func("env", "tick", [] {}).value();
  const Instance i = w.instantiate(R"((module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "env" "tick" (func $tick))
    (memory (export "memory") 1)
    (data (i32.const 100) "a\"b\\\0a\1b[2J\ff")
    (func (export "run")
      (call $tick)
      (drop (call $write (i32.const 77) (i32.const 8) (i32.const 1) (i32.const 4)))
      (drop (call $open (i32.const 3) (i32.const 1) (i32.const 100) (i32.const 10) (i32.const 0)
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
      (drop (call $open (i32.const 3) (i32.const 0) (i32.const 65530) (i32.const 10) (i32.const 0)
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
      (drop (call $open (i32.const 3) (i32.const 0) (i32.const 1000) (i32.const 5000) (i32.const 0)
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
      (drop (call $yield))
      (call $exit (i32.const 5)))))");
  EXPECT_FALSE(w.get<void()>(i, "run")(w.store));
  ASSERT_EQ(host.all, std::vector<std::string>{"env.tick()"});
  ASSERT_EQ(wasi.all.size(), 6u);
  EXPECT_EQ(wasi.all[0], "fd_write(fd: 77, iovs: 0x8, iovs_len: 1, nwritten: 0x4) = badf");
  EXPECT_TRUE(wasi.all[1].starts_with(
      R"(path_open(fd: 3, dirflags: 0x1, path: "a\"b\\\x0a\x1b[2J\xff", path_len: 10, oflags: 0x0)"))
      << wasi.all[1];
  EXPECT_TRUE(wasi.all[2].starts_with("path_open(fd: 3, dirflags: 0x0, path: 0xfffa, path_len: 10"))
      << wasi.all[2];
  std::string zeros;
  for (int k = 0; k < 200; ++k) zeros += "\\x00";
  EXPECT_NE(wasi.all[3].find("path: \"" + zeros + "\"..., path_len: 5000"), std::string::npos)
      << wasi.all[3];
  EXPECT_EQ(wasi.all[4], "sched_yield() = success");
  EXPECT_EQ(wasi.all[5], "proc_exit(rval: 5) = exit 5");
}

TEST(Traces, AFunctionOfTheEmbeddersUnderANameOfWasi) {
  World w;
  Lines lines;
  weft::trace(w.store, weft::TraceWhat::all, lines);
  // Fewer parameters than cells, other results: nothing is known of these but their names.
  w.linker.func("wasi_snapshot_preview1", "fd_close", [](weft::V128) { return 2.5; }).value();
  w.linker.func("wasi_snapshot_preview1", "sched_yield", [](int32_t) {}).value();
  w.linker.func("wasi_snapshot_preview1", "fd_sync", [](int32_t) { return 4711; }).value();
  const Instance i = w.instantiate(R"((module
    (import "wasi_snapshot_preview1" "fd_close" (func $close (param v128) (result f64)))
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (param i32)))
    (import "wasi_snapshot_preview1" "fd_sync" (func $sync (param i32) (result i32)))
    (func (export "run") (drop (call $close (v128.const i64x2 3 4))) (call $yield (i32.const 1))
      (drop (call $sync (i32.const 9))))))");
  w.get<void()>(i, "run")(w.store).value();
  ASSERT_EQ(lines.all.size(), 3u);
  EXPECT_EQ(
      lines.all[0],
      "wasi_snapshot_preview1.fd_close(v128 0x0000000000000003 0x0000000000000004) = f64 2.5");
  EXPECT_EQ(lines.all[1], "wasi_snapshot_preview1.sched_yield(i32 1)");
  EXPECT_EQ(lines.all[2], "fd_sync(fd: 9) = unknown");
}

TEST(Traces, LongTextsAreCut) {
  World w;
  Lines lines;
  weft::trace(w.store, weft::TraceWhat::host, lines);
  const std::string name(300, 'n');
  w.linker.func("env", name, [] {}).value();
  const Instance i = w.instantiate("(module (import \"env\" \"" + name +
                                   "\" (func $f)) (func (export \"run\") (call $f)))");
  w.get<void()>(i, "run")(w.store).value();
  ASSERT_EQ(lines.all.size(), 1u);
  EXPECT_EQ(lines.all[0], "env." + std::string(196, 'n') + "...()");
}

}  // namespace
}  // namespace weft_test
