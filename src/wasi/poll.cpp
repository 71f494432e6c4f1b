// poll_oneoff: waits for descriptors and clocks. Descriptors that are ready hide clocks; only what
// fired is reported; a subscription that cannot be waited for is an event with an error, not an
// error of the call.
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "wasi/access.hpp"
#include "wasi/clock.hpp"
#include "wasi/preview1.hpp"

namespace weft::wasi {

namespace {

constexpr Size kMaxSubscriptions = 4096;  // no table of the host grows beyond what this many need
constexpr size_t kInline = 16;            // so many are watched without allocating

// One subscription, copied out of guest memory and translated.
struct Watch {
  uint64_t userdata;
  uint64_t deadline;  // CLOCK_MONOTONIC; clocks only
  const File* file;   // to be polled; null if there is nothing to wait for
  Errno error;
  EventType type;
  bool immediate;  // fires without waiting
};

// What the two generations of subscriptions have in common.
struct Wanted {
  uint64_t userdata;
  uint8_t tag;
  SubscriptionClock clock;
  uint32_t fd;
};

Wanted read_subscription(const GuestMemory& memory, uint64_t at) {
  Subscription s;
  std::memcpy(&s, memory.at(at), sizeof s);
  return {s.userdata, s.tag, s.clock, s.fd};
}

Wanted read_subscription0(const GuestMemory& memory, uint64_t at) {
  Subscription0 s;
  std::memcpy(&s, memory.at(at), sizeof s);
  return {s.userdata, s.tag, s.clock, s.fd};
}

uint64_t saturating_add(uint64_t a, uint64_t b) { return b > kNever - a ? kNever : a + b; }

Errno watch_clock(const Context& context, const SubscriptionClock& clock, Watch& watch) {
  if (clock.id >= kClockCount || (clock.flags & ~kSubclockAbstime) != 0) return Errno::inval;
  const auto id = static_cast<ClockId>(clock.id);
  if (id == ClockId::process_cputime || id == ClockId::thread_cputime) {
    watch.error = Errno::notsup;  // a sleeping guest uses no processor: this moment never comes
    watch.immediate = true;
    return Errno::success;
  }
  uint64_t wait = clock.timeout;
  if ((clock.flags & kSubclockAbstime) != 0) {
    uint64_t now = 0;
    if (const Errno error = read_clock(context, id, now); error != Errno::success) return error;
    wait = clock.timeout > now ? clock.timeout - now : 0;
  }
  watch.deadline = saturating_add(monotonic_now(), wait);
  return Errno::success;
}

void watch_fd(Context& context, Fd fd, Watch& watch) {
  const FdTable::Entry* entry = context.fds().find(fd);
  const Rights direct =
      watch.type == EventType::fd_read ? rights::fd_read | rights::sock_accept : rights::fd_write;
  watch.immediate = true;
  if (entry == nullptr) {
    watch.error = Errno::badf;
  } else if ((entry->base & (direct | rights::poll_fd_readwrite)) == 0) {
    watch.error = Errno::notcapable;
  } else {
    watch.file = entry->file.get();
    const Channel channel = entry->file->channel;
    watch.immediate =
        channel == Channel::regular || channel == Channel::directory || channel == Channel::stream;
  }
}

uint64_t readable_bytes(const File& file) {
  if (file.channel == Channel::stream) return file.stream->available();
  if (file.channel == Channel::regular) {
    struct stat st{};
    const off_t at = ::lseek(file.fd(), 0, SEEK_CUR);
    if (at < 0 || ::fstat(file.fd(), &st) != 0 || st.st_size <= at) return 0;
    return static_cast<uint64_t>(st.st_size - at);
  }
  int waiting = 0;
  return ::ioctl(file.fd(), FIONREAD, &waiting) == 0 && waiting > 0 ? static_cast<uint64_t>(waiting)
                                                                    : 0;
}

Event event_of(const Watch& watch, short revents) {
  Event event{};
  event.userdata = watch.userdata;
  event.type = watch.type;
  event.error = static_cast<uint16_t>((revents & POLLNVAL) != 0 ? Errno::badf : watch.error);
  if (watch.file == nullptr || event.error != 0) return event;
  event.nbytes = watch.type == EventType::fd_read ? readable_bytes(*watch.file) : PIPE_BUF;
  if ((revents & (POLLHUP | POLLRDHUP | POLLERR)) != 0) event.flags = kEventHangup;
  return event;
}

// The watches of one call and the poll table beside them: table[i] belongs to watches[i], with one
// entry to spare.
class WatchList {
 public:
  explicit WatchList(Size count) : count_(count) {
    if (count > kInline) {
      more_watches_ = std::make_unique<Watch[]>(count);
      more_fds_ = std::make_unique<pollfd[]>(count + 1);
    }
  }

  Errno add(Context& context, const Wanted& wanted);
  /// Waits; `fired` says whether anything but a clock did.
  Waited wait(const Interrupt* interrupt);
  /// Writes the events that fired; returns how many.
  Size report(const GuestMemory& memory, Ptr out) const;

 private:
  const Watch* watches() const { return more_watches_ ? more_watches_.get() : few_watches_.data(); }
  Watch* watches() { return more_watches_ ? more_watches_.get() : few_watches_.data(); }
  const pollfd* fds() const { return more_fds_ ? more_fds_.get() : few_fds_.data(); }
  pollfd* fds() { return more_fds_ ? more_fds_.get() : few_fds_.data(); }
  bool descriptor_fired(Size i) const { return watches()[i].immediate || fds()[i].revents != 0; }

  Size count_;
  Size added_ = 0;
  bool immediate_ = false;
  uint64_t earliest_ = kNever;
  std::array<Watch, kInline> few_watches_;
  std::array<pollfd, kInline + 1> few_fds_;
  std::unique_ptr<Watch[]> more_watches_;
  std::unique_ptr<pollfd[]> more_fds_;
};

Errno WatchList::add(Context& context, const Wanted& wanted) {
  if (wanted.tag > static_cast<uint8_t>(EventType::fd_write)) return Errno::inval;
  Watch watch{
      wanted.userdata, kNever, nullptr, Errno::success, static_cast<EventType>(wanted.tag), false};
  if (watch.type == EventType::clock) {
    if (const Errno error = watch_clock(context, wanted.clock, watch); error != Errno::success)
      return error;
    earliest_ = std::min(earliest_, watch.deadline);
  } else {
    watch_fd(context, wanted.fd, watch);
  }
  immediate_ = immediate_ || watch.immediate;
  const short events = watch.type == EventType::fd_read ? POLLIN | POLLRDHUP : POLLOUT;
  const bool polled = watch.file != nullptr && !watch.immediate;
  fds()[added_] = {.fd = polled ? watch.file->fd() : -1,
                   .events = events,
                   .revents = 0};  // -1: left out by the kernel
  watches()[added_++] = watch;
  return Errno::success;
}

Waited WatchList::wait(const Interrupt* interrupt) {
  return wait_on(fds(), count_, immediate_ ? 0 : earliest_, interrupt);
}

Size WatchList::report(const GuestMemory& memory, Ptr out) const {
  bool descriptors = false;
  for (Size i = 0; i < count_; ++i) descriptors = descriptors || descriptor_fired(i);
  const uint64_t now = monotonic_now();
  Size written = 0;
  for (Size i = 0; i < count_; ++i) {
    const Watch& watch = watches()[i];
    const bool fired =
        descriptors ? descriptor_fired(i) : watch.type == EventType::clock && watch.deadline <= now;
    if (!fired) continue;
    if (!memory.write(out + uint64_t{written} * sizeof(Event), event_of(watch, fds()[i].revents)))
      break;
    ++written;
  }
  return written;
}

Outcome poll_all(Context& context, GuestMemory& memory, Ptr in, Ptr out, Size count,
                 Ptr nevents_out, size_t stride, Wanted (*read)(const GuestMemory&, uint64_t)) {
  if (count == 0 || count > kMaxSubscriptions) return Errno::inval;
  if (!memory.contains(in, uint64_t{count} * stride) ||
      !memory.contains(out, uint64_t{count} * sizeof(Event)) ||
      !memory.contains(nevents_out, sizeof(Size))) {
    return Errno::fault;
  }
  WatchList list(count);
  for (Size i = 0; i < count; ++i) {
    if (const Errno error = list.add(context, read(memory, in + uint64_t{i} * stride));
        error != Errno::success)
      return error;
  }
  if (list.wait(context.interrupt()) == Waited::interrupted) return Outcome::interrupted();
  const Size written = list.report(memory, out);
  if (written == 0) return Errno::inval;  // the host refused to poll so many
  return memory.write(nevents_out, written) ? Errno::success : Errno::fault;
}

}  // namespace

Outcome poll_oneoff(Context& context, GuestMemory& memory, Ptr in, Ptr out, Size count,
                    Ptr nevents_out) {
  return poll_all(context, memory, in, out, count, nevents_out, sizeof(Subscription),
                  read_subscription);
}

Outcome poll_oneoff0(Context& context, GuestMemory& memory, Ptr in, Ptr out, Size count,
                     Ptr nevents_out) {
  return poll_all(context, memory, in, out, count, nevents_out, sizeof(Subscription0),
                  read_subscription0);
}

}  // namespace weft::wasi
