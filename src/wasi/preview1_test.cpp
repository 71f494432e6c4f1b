// The table of functions itself, and the small families: arguments, clocks, randomness, process.
#include <map>
#include <set>
#include <utility>

#include "wasi/test_support.hpp"

namespace weft::wasi::test {
namespace {

template <class T>
constexpr char letter() {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  return sizeof(T) == 4 ? 'i' : 'I';
}

template <class... Args>
std::string letters(Outcome (*)(Context&, GuestMemory&, Args...)) {
  return std::string({letter<Args>()...});
}

struct Row {
  std::string name, declared, actual, unstable;
};

std::vector<Row> rows() {
  return {
#define WASI_FN(name, params, older) {#name, params, letters(name), letters(older)},
#define WASI_FN_NEW(name, params) {#name, params, letters(name), ""},
#include "wasi/preview1.def"
#undef WASI_FN_NEW
#undef WASI_FN
  };
}

// Written down from preview1/docs.md, independently of the table.
const char* const kSpecified[] = {"args_get",
                                  "args_sizes_get",
                                  "environ_get",
                                  "environ_sizes_get",
                                  "clock_res_get",
                                  "clock_time_get",
                                  "fd_advise",
                                  "fd_allocate",
                                  "fd_close",
                                  "fd_datasync",
                                  "fd_fdstat_get",
                                  "fd_fdstat_set_flags",
                                  "fd_fdstat_set_rights",
                                  "fd_filestat_get",
                                  "fd_filestat_set_size",
                                  "fd_filestat_set_times",
                                  "fd_pread",
                                  "fd_prestat_get",
                                  "fd_prestat_dir_name",
                                  "fd_pwrite",
                                  "fd_read",
                                  "fd_readdir",
                                  "fd_renumber",
                                  "fd_seek",
                                  "fd_sync",
                                  "fd_tell",
                                  "fd_write",
                                  "path_create_directory",
                                  "path_filestat_get",
                                  "path_filestat_set_times",
                                  "path_link",
                                  "path_open",
                                  "path_readlink",
                                  "path_remove_directory",
                                  "path_rename",
                                  "path_symlink",
                                  "path_unlink_file",
                                  "poll_oneoff",
                                  "proc_exit",
                                  "proc_raise",
                                  "sched_yield",
                                  "random_get",
                                  "sock_accept",
                                  "sock_recv",
                                  "sock_send",
                                  "sock_shutdown"};

TEST(Preview1Table, HasAll46FunctionsWithTheirSignatures) {
  std::set<std::string> names;
  for (const Row& row : rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(row.declared, row.actual) << row.name;
    if (!row.unstable.empty()) {
      EXPECT_EQ(row.declared, row.unstable) << row.name;
    }
  }
  EXPECT_EQ(names.size(), 46U);
  for (const char* name : kSpecified) EXPECT_TRUE(names.contains(name)) << name;
}

TEST(Preview1Table, ErrnosHaveTheirNumbers) {
  const std::map<Errno, int> fixed = {
      {Errno::success, 0}, {Errno::toobig, 1},    {Errno::acces, 2},   {Errno::again, 6},
      {Errno::badf, 8},    {Errno::exist, 20},    {Errno::fault, 21},  {Errno::inval, 28},
      {Errno::isdir, 31},  {Errno::loop, 32},     {Errno::mfile, 33},  {Errno::noent, 44},
      {Errno::notdir, 54}, {Errno::notempty, 55}, {Errno::notsup, 58}, {Errno::perm, 63},
      {Errno::pipe, 64},   {Errno::rofs, 69},     {Errno::spipe, 70},  {Errno::notcapable, 76}};
  for (const auto& [error, number] : fixed) EXPECT_EQ(static_cast<int>(error), number);
  EXPECT_EQ(errno_from_host(ENOENT), Errno::noent);
  EXPECT_EQ(errno_from_host(ENOTSUP), Errno::notsup);
  EXPECT_EQ(errno_from_host(EWOULDBLOCK), Errno::again);
  EXPECT_EQ(errno_from_host(99999), Errno::io);
}

struct Strings {
  std::vector<std::string> texts;
  std::string block;
};

Strings fetch(Wasi& wasi, Outcome (*sizes)(Context&, GuestMemory&, Ptr, Ptr),
              Outcome (*get)(Context&, GuestMemory&, Ptr, Ptr)) {
  wasi.guest.reset();
  GuestMemory memory = wasi.guest.memory();
  const Ptr count_out = wasi.guest.space(4);
  const Ptr size_out = wasi.guest.space(4);
  EXPECT_EQ(sizes(*wasi.context, memory, count_out, size_out), Errno::success);
  const auto count = wasi.guest.get<Size>(count_out);
  const auto size = wasi.guest.get<Size>(size_out);
  const Ptr pointers = wasi.guest.space(count * 4 + 4);
  const Ptr buf = wasi.guest.space(size + 1);
  EXPECT_EQ(get(*wasi.context, memory, pointers, buf), Errno::success);
  Strings out;
  out.block = wasi.guest.text(buf, size);
  for (Size i = 0; i < count; ++i) {
    const auto at = wasi.guest.get<Ptr>(pointers + i * 4);
    out.texts.emplace_back(wasi.guest.text(at, size - (at - buf)).c_str());
  }
  return out;
}

TEST(ArgsEnv, StringsArriveAsTheyAre) {
  ContextBuilder builder;
  builder.arg("prog")
      .arg("the\"second\"arg")
      .arg("")
      .arg("a=b\nc")
      .env("a", "text")
      .env("b", "esc\"ing")
      .env("c", "x=\ny");
  Wasi wasi(builder);
  const Strings args = fetch(wasi, args_sizes_get, args_get);
  EXPECT_EQ(args.texts, (std::vector<std::string>{"prog", "the\"second\"arg", "", "a=b\nc"}));
  EXPECT_EQ(args.block.size(), 5U + 15 + 1 + 6);
  EXPECT_EQ(args.block.back(), '\0');
  const Strings env = fetch(wasi, environ_sizes_get, environ_get);
  EXPECT_EQ(env.texts, (std::vector<std::string>{"a=text", "b=esc\"ing", "c=x=\ny"}));
}

TEST(ArgsEnv, BothMayBeEmpty) {
  Wasi wasi;
  EXPECT_TRUE(fetch(wasi, args_sizes_get, args_get).texts.empty());
  EXPECT_TRUE(fetch(wasi, environ_sizes_get, environ_get).texts.empty());
  GuestMemory memory = wasi.guest.memory();
  EXPECT_EQ(args_get(*wasi.context, memory, kGuestSize, kGuestSize),
            Errno::success);  // empty, exactly at the end
  EXPECT_EQ(args_get(*wasi.context, memory, kGuestSize + 1, 0), Errno::fault);
}

TEST(ArgsEnv, WrongPointersFault) {
  ContextBuilder builder;
  builder.arg("x").arg("y");
  Wasi wasi(builder);
  GuestMemory memory = wasi.guest.memory();
  for (const Ptr bad : {kGuestSize - 3, kGuestSize, ~0U, ~3U}) {
    EXPECT_EQ(args_get(*wasi.context, memory, bad, 16), Errno::fault) << bad;
    EXPECT_EQ(args_get(*wasi.context, memory, 16, bad), Errno::fault) << bad;
    EXPECT_EQ(args_sizes_get(*wasi.context, memory, bad, 16), Errno::fault) << bad;
    EXPECT_EQ(args_sizes_get(*wasi.context, memory, 16, bad), Errno::fault) << bad;
  }
}

TEST(ContextBuilder, RefusesWhatIsWrong) {
  const auto message = [](ContextBuilder& builder) { return builder.build().error().message; };
  ContextBuilder nul;
  nul.arg(std::string_view("a\0b", 3));
  EXPECT_EQ(message(nul), "an argument contains a NUL byte");
  ContextBuilder name;
  name.env("a=b", "c");
  EXPECT_EQ(message(name), "not a name of an environment variable: \"a=b\"");
  ContextBuilder empty;
  empty.env("", "c");
  EXPECT_FALSE(empty.build().has_value());
  ContextBuilder missing;
  missing.preopen_dir("/nonexistent/x", "/data");
  EXPECT_EQ(message(missing),
            "cannot open directory \"/nonexistent/x\" for the guest path \"/data\": No such file "
            "or directory");
  TempDir tree;
  tree.file("plain");
  ContextBuilder file;
  file.preopen_dir(tree.at("plain"), "/data");
  EXPECT_TRUE(message(file).ends_with("Not a directory")) << message(file);
  ContextBuilder stdio;
  stdio.stdio_fd(3, 0);
  EXPECT_EQ(message(stdio), "descriptor 3 is not one of the standard three");
  ContextBuilder many;
  many.preopen_dir(tree.path(), "/a").max_open_files(3);
  EXPECT_EQ(many.build().error().code, ErrorCode::limit_exceeded);
}

TEST(ContextBuilder, GivesNothingByDefault) {
  ContextBuilder builder;
  Wasi wasi(builder);
  GuestMemory memory = wasi.guest.memory();
  EXPECT_EQ(fd_prestat_get(*wasi.context, memory, 3, 0), Errno::badf);
  std::string text;
  EXPECT_EQ(wasi.read(0, text), Errno::success);
  EXPECT_EQ(text, "");
  Size count = 0;
  EXPECT_EQ(wasi.write(1, "lost", &count), Errno::success);
  EXPECT_EQ(count, 4U);
}

TEST(Clock, TimesResolutionsAndWrongIds) {
  Wasi wasi;
  GuestMemory memory = wasi.guest.memory();
  const Ptr out = wasi.guest.space(8);
  for (uint32_t id = 0; id < 4; ++id) {
    EXPECT_EQ(clock_res_get(*wasi.context, memory, id, out), Errno::success) << id;
    EXPECT_GT(wasi.guest.get<uint64_t>(out), 0U) << id;
    EXPECT_EQ(clock_time_get(*wasi.context, memory, id, 0, out), Errno::success) << id;
    EXPECT_GT(wasi.guest.get<uint64_t>(out), 0U) << id;
  }
  uint64_t last = 0;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(clock_time_get(*wasi.context, memory, 1, ~0ULL, out), Errno::success);
    ASSERT_GE(wasi.guest.get<uint64_t>(out), last);
    last = wasi.guest.get<uint64_t>(out);
  }
  for (const uint32_t id : {4U, 100U, ~0U}) {
    EXPECT_EQ(clock_res_get(*wasi.context, memory, id, out), Errno::inval);
    EXPECT_EQ(clock_time_get(*wasi.context, memory, id, 0, out), Errno::inval);
  }
  EXPECT_EQ(clock_time_get(*wasi.context, memory, 0, 0, kGuestSize - 7), Errno::fault);
  EXPECT_EQ(clock_time_get(*wasi.context, memory, 0, 0, kGuestSize - 8), Errno::success);
}

class FixedClock final : public ClockSource {
 public:
  uint64_t now(ClockId clock) override { return 1000 + static_cast<uint64_t>(clock); }
  uint64_t resolution(ClockId) override { return 0; }
};

class Counting final : public RandomSource {
 public:
  void fill(std::span<std::byte> bytes) override {
    for (std::byte& b : bytes) b = std::byte(next_++);
  }

 private:
  uint8_t next_ = 1;
};

TEST(Clock, TheEmbeddersSourcesAreUsed) {
  FixedClock clock;
  Counting random;
  ContextBuilder builder;
  builder.clock(&clock).random(&random);
  Wasi wasi(builder);
  GuestMemory memory = wasi.guest.memory();
  const Ptr out = wasi.guest.space(8);
  EXPECT_EQ(clock_time_get(*wasi.context, memory, 2, 0, out), Errno::success);
  EXPECT_EQ(wasi.guest.get<uint64_t>(out), 1002U);
  EXPECT_EQ(clock_res_get(*wasi.context, memory, 0, out), Errno::success);
  EXPECT_EQ(wasi.guest.get<uint64_t>(out), 1U);
  EXPECT_EQ(random_get(*wasi.context, memory, out, 4), Errno::success);
  EXPECT_EQ(wasi.guest.get<uint32_t>(out), 0x04030201U);
}

TEST(Random, EveryLengthIsFilledAndNoMore) {
  Wasi wasi;
  GuestMemory memory = wasi.guest.memory();
  EXPECT_EQ(random_get(*wasi.context, memory, kGuestSize, 0), Errno::success);
  EXPECT_EQ(random_get(*wasi.context, memory, kGuestSize + 1, 0), Errno::fault);
  EXPECT_EQ(random_get(*wasi.context, memory, 0, ~0U), Errno::fault);
  const std::string before = wasi.guest.text(0, 100);
  EXPECT_EQ(random_get(*wasi.context, memory, 100, kGuestSize - 100), Errno::success);
  EXPECT_EQ(wasi.guest.text(0, 100), before);
  EXPECT_NE(wasi.guest.text(kGuestSize - 64, 64), std::string(64, '\0'));
  EXPECT_NE(wasi.guest.text(100, 64), std::string(64, '\0'));
}

TEST(Process, ExitAndRaise) {
  Wasi wasi;
  GuestMemory memory = wasi.guest.memory();
  for (const uint32_t code : {0U, 1U, 33U, 256U, ~0U}) {
    const Outcome outcome = proc_exit(*wasi.context, memory, code);
    EXPECT_EQ(outcome.kind(), Outcome::Kind::exit);
    EXPECT_EQ(outcome.exit_code(), code);
  }
  EXPECT_EQ(proc_raise(*wasi.context, memory, 0), Errno::success);
  EXPECT_EQ(proc_raise(*wasi.context, memory, 31), Errno::inval);
  EXPECT_EQ(proc_raise(*wasi.context, memory, 16), Errno::success);  // chld: ignored
  EXPECT_EQ(proc_raise(*wasi.context, memory, 18), Errno::notsup);   // stop
  EXPECT_EQ(proc_raise(*wasi.context, memory, 6),
            Outcome::exit(134));  // abrt: the guest's end, not ours
  EXPECT_EQ(proc_raise(*wasi.context, memory, 9), Outcome::exit(137));
  EXPECT_EQ(sched_yield(*wasi.context, memory), Errno::success);
}

}  // namespace
}  // namespace weft::wasi::test
