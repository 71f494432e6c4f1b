// args_get, args_sizes_get, environ_get, environ_sizes_get.
#include "wasi/preview1.hpp"

namespace weft::wasi {

namespace {

Outcome put_strings(const GuestMemory& memory, const StringBlock& strings, Ptr pointers, Ptr buf) {
  const uint64_t table = uint64_t{strings.offsets.size()} * sizeof(Ptr);
  if (!memory.contains(pointers, table) || !memory.contains(buf, strings.bytes.size()))
    return Errno::fault;
  for (size_t i = 0; i < strings.offsets.size(); ++i) {
    if (!memory.write(pointers + i * sizeof(Ptr), buf + strings.offsets[i])) return Errno::fault;
  }
  return memory.write_bytes(buf, strings.bytes.data(), strings.bytes.size()) ? Errno::success
                                                                             : Errno::fault;
}

Outcome put_sizes(const GuestMemory& memory, const StringBlock& strings, Ptr count_out,
                  Ptr size_out) {
  if (!memory.contains(count_out, sizeof(Size)) || !memory.contains(size_out, sizeof(Size)))
    return Errno::fault;
  const bool written = memory.write(count_out, static_cast<Size>(strings.offsets.size())) &&
                       memory.write(size_out, static_cast<Size>(strings.bytes.size()));
  return written ? Errno::success : Errno::fault;
}

}  // namespace

Outcome args_get(Context& context, GuestMemory& memory, Ptr argv, Ptr buf) {
  return put_strings(memory, context.args(), argv, buf);
}

Outcome args_sizes_get(Context& context, GuestMemory& memory, Ptr count_out, Ptr size_out) {
  return put_sizes(memory, context.args(), count_out, size_out);
}

Outcome environ_get(Context& context, GuestMemory& memory, Ptr environ, Ptr buf) {
  return put_strings(memory, context.env(), environ, buf);
}

Outcome environ_sizes_get(Context& context, GuestMemory& memory, Ptr count_out, Ptr size_out) {
  return put_sizes(memory, context.env(), count_out, size_out);
}

}  // namespace weft::wasi
