// The wire formats of preview 1 and of its predecessor wasi_unstable ("0" suffix): flags, rights,
// record layouts. Source: preview1/docs.md and preview0/docs.md of WebAssembly/WASI.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace weft::wasi {

// Records are copied to and from guest memory as they stand.
static_assert(std::endian::native == std::endian::little,
              "a big-endian host needs byte swaps here");

enum class Filetype : uint8_t {
  unknown = 0,
  block_device = 1,
  character_device = 2,
  directory = 3,
  regular_file = 4,
  socket_dgram = 5,
  socket_stream = 6,
  symbolic_link = 7,
};

/// Bits of `fdflags`.
namespace fdflags {
inline constexpr uint16_t kAppend = 1, kDsync = 2, kNonblock = 4, kRsync = 8, kSync = 16, kAll = 31;
inline constexpr uint16_t kSyncs = kDsync | kRsync | kSync;
}  // namespace fdflags

namespace oflags {
inline constexpr uint32_t kCreat = 1, kDirectory = 2, kExcl = 4, kTrunc = 8, kAll = 15;
}

namespace fstflags {
inline constexpr uint32_t kAtim = 1, kAtimNow = 2, kMtim = 4, kMtimNow = 8, kAll = 15;
}

inline constexpr uint32_t kLookupSymlinkFollow = 1;

/// Whence of preview 1; wasi_unstable counts CUR = 0, END = 1, SET = 2.
enum class Whence : uint8_t { set = 0, cur = 1, end = 2 };

enum class ClockId : uint32_t {
  realtime = 0,
  monotonic = 1,
  process_cputime = 2,
  thread_cputime = 3
};
inline constexpr uint32_t kClockCount = 4;

enum class EventType : uint8_t { clock = 0, fd_read = 1, fd_write = 2 };
inline constexpr uint16_t kSubclockAbstime = 1;
inline constexpr uint16_t kEventHangup = 1;

namespace sock {
inline constexpr uint16_t kRecvPeek = 1, kRecvWaitall = 2;
inline constexpr uint16_t kRecvDataTruncated = 1;
inline constexpr uint32_t kShutRead = 1, kShutWrite = 2;
}  // namespace sock

struct Iovec {
  uint32_t buf;
  uint32_t len;
};
static_assert(sizeof(Iovec) == 8);

struct Fdstat {
  Filetype filetype;
  uint8_t pad0;
  uint16_t flags;
  uint32_t pad1;
  uint64_t rights_base;
  uint64_t rights_inheriting;
};
static_assert(sizeof(Fdstat) == 24 && offsetof(Fdstat, flags) == 2 &&
              offsetof(Fdstat, rights_base) == 8 && offsetof(Fdstat, rights_inheriting) == 16);

struct Filestat {
  uint64_t dev;
  uint64_t ino;
  Filetype filetype;
  uint8_t pad[7];
  uint64_t nlink;
  uint64_t size;
  uint64_t atim;
  uint64_t mtim;
  uint64_t ctim;
};
static_assert(sizeof(Filestat) == 64 && offsetof(Filestat, filetype) == 16 &&
              offsetof(Filestat, nlink) == 24 && offsetof(Filestat, size) == 32 &&
              offsetof(Filestat, ctim) == 56);

struct Filestat0 {
  uint64_t dev;
  uint64_t ino;
  Filetype filetype;
  uint8_t pad[3];
  uint32_t nlink;
  uint64_t size;
  uint64_t atim;
  uint64_t mtim;
  uint64_t ctim;
};
static_assert(sizeof(Filestat0) == 56 && offsetof(Filestat0, nlink) == 20 &&
              offsetof(Filestat0, size) == 24 && offsetof(Filestat0, ctim) == 48);

struct Dirent {
  uint64_t next;
  uint64_t ino;
  uint32_t namlen;
  Filetype type;
  uint8_t pad[3];
};
static_assert(sizeof(Dirent) == 24 && offsetof(Dirent, namlen) == 16 &&
              offsetof(Dirent, type) == 20);

struct Event {
  uint64_t userdata;
  uint16_t error;
  EventType type;
  uint8_t pad0[5];
  uint64_t nbytes;
  uint16_t flags;
  uint8_t pad1[6];
};
static_assert(sizeof(Event) == 32 && offsetof(Event, error) == 8 && offsetof(Event, type) == 10 &&
              offsetof(Event, nbytes) == 16 && offsetof(Event, flags) == 24);

struct SubscriptionClock {
  uint32_t id;
  uint32_t pad0;
  uint64_t timeout;
  uint64_t precision;
  uint16_t flags;
  uint8_t pad1[6];
};
static_assert(sizeof(SubscriptionClock) == 32 && offsetof(SubscriptionClock, timeout) == 8 &&
              offsetof(SubscriptionClock, flags) == 24);

struct Subscription {
  uint64_t userdata;
  uint8_t tag;
  uint8_t pad[7];
  union {
    SubscriptionClock clock;
    uint32_t fd;
  };
};
static_assert(sizeof(Subscription) == 48 && offsetof(Subscription, tag) == 8 &&
              offsetof(Subscription, clock) == 16);

/// wasi_unstable's clock carries an identifier of its own before the rest.
struct Subscription0 {
  uint64_t userdata;
  uint8_t tag;
  uint8_t pad[7];
  union {
    struct {
      uint64_t identifier;
      SubscriptionClock clock;
    };
    uint32_t fd;
  };
};
static_assert(sizeof(Subscription0) == 56 && offsetof(Subscription0, clock) == 24 &&
              offsetof(Subscription0, fd) == 16);

struct Prestat {
  uint8_t tag;  // 0: a directory, the only kind there is
  uint8_t pad[3];
  uint32_t name_len;
};
static_assert(sizeof(Prestat) == 8 && offsetof(Prestat, name_len) == 4);

}  // namespace weft::wasi
