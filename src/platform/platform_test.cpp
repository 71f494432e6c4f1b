// Files, clocks, randomness and stack bounds.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "platform/clock.hpp"
#include "platform/file.hpp"
#include "platform/random.hpp"
#include "platform/stack_bounds.hpp"

namespace weft::platform {
namespace {

/// A directory of its own, removed at the end.
struct TempDir {
  std::string path = std::filesystem::temp_directory_path() / "weft-test-XXXXXX";
  TempDir() { EXPECT_NE(mkdtemp(path.data()), nullptr); }
  ~TempDir() { std::filesystem::remove_all(path); }
};

TEST(File, WriteThenReadBack) {
  const TempDir dir;
  const std::string path = dir.path + "/a";
  for (const size_t size : {size_t{0}, size_t{1}, size_t{65536}, size_t{200'001}}) {
    std::vector<uint8_t> bytes(size);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 7);
    ASSERT_TRUE(write_file(path, bytes));
    const auto back = read_file(path);
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), back->bytes().begin(), back->bytes().end()));
  }
  size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir.path))
    ++entries;
  EXPECT_EQ(entries, 1u) << "a temporary file was left behind";
  EXPECT_EQ(read_file(path, 1000).error().code, EFBIG);
}

TEST(File, PipesAreReadToTheirEnd) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const std::string text(300'000, 'x');
  std::thread writer([&] {
    size_t at = 0;
    while (at < text.size()) {
      const ssize_t n = write(ends[1], text.data() + at, text.size() - at);
      if (n <= 0) break;
      at += static_cast<size_t>(n);
    }
    close(ends[1]);
  });
  const auto back = read_file(ends[0]);
  writer.join();
  close(ends[0]);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->size, text.size());
}

TEST(File, FailuresAreSpecific) {
  const TempDir dir;
  const std::string plain = dir.path + "/plain";
  ASSERT_TRUE(write_file(plain, {}));
  struct {
    std::string path;
    int code;
    const char* reason;
  } const cases[] = {
      {dir.path + "/missing", ENOENT, "no such file"},
      {dir.path, EISDIR, "is a directory"},
      {plain + "/x", ENOTDIR, "no such file (a part of the path is not a directory)"},
  };
  for (const auto& row : cases) {
    const auto result = read_file(row.path);
    ASSERT_FALSE(result) << row.path;
    EXPECT_EQ(result.error().code, row.code);
    EXPECT_EQ(describe_read_failure(row.path, result.error()),
              "cannot read \"" + row.path + "\": " + row.reason);
  }
  EXPECT_EQ(write_file(dir.path, {}).error().code, EISDIR);
  EXPECT_EQ(write_file(dir.path + "/no/such", {}).error().code, ENOENT);
}

TEST(Clock, MonotonicAdvancesAndRealtimeIsThisCentury) {
  const uint64_t a = monotonic_ns();
  const uint64_t b = monotonic_ns();
  EXPECT_GE(b, a);
  EXPECT_GT(realtime_ns(), 1'577'836'800 * kNanosPerSecond);  // 2020-01-01
  EXPECT_GT(resolution_ns(Clock::monotonic), 0u);
  EXPECT_LT(now_ns(Clock::thread_cpu), now_ns(Clock::realtime));
}

TEST(Random, FillsEverything) {
  std::vector<uint8_t> bytes(3'000'000);
  ASSERT_TRUE(fill_random(bytes));
  const std::set<uint8_t> tail(bytes.end() - 4096, bytes.end());
  EXPECT_GT(tail.size(), 200u);
  EXPECT_TRUE(fill_random({}));
}

void expect_bounds_hold() {
  const StackBounds bounds = current_stack_bounds();
  EXPECT_TRUE(bounds.contains(current_stack_pointer()));
  EXPECT_GT(bounds.high - bounds.low, size_t{64} << 10);
  // Everything down to the lower end (less what is below us already) can be used.
  const uintptr_t target = bounds.low + 16384;
  for (uintptr_t at = current_stack_pointer() - 65536; at > target; at -= 4096) {
    if (at < current_stack_pointer() - (size_t{4} << 20)) break;  // 4 MiB are proof enough
    // SAFETY: inside this thread's stack, below its live frames.
    *reinterpret_cast<volatile uint8_t*>(at) = 1;
  }
}

TEST(StackBounds, MainThread) {
  ASSERT_EQ(gettid(), getpid());
  expect_bounds_hold();
}

TEST(StackBounds, OtherThread) { std::thread(expect_bounds_hold).join(); }

TEST(StackBounds, MainThreadAgreesWithTheLimit) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_STACK, &limit), 0);
  if (limit.rlim_cur == RLIM_INFINITY) return;
  const StackBounds bounds = current_stack_bounds();
  EXPECT_EQ(bounds.high - bounds.low, limit.rlim_cur);
}

}  // namespace
}  // namespace weft::platform
