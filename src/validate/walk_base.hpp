// What a walk needs whatever the emitter: the bytes, readers of immediates, and the making of
// errors (all cold).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/leb128.hpp"
#include "base/result.hpp"
#include "binary/read_types.hpp"
#include "binary/reader.hpp"
#include "validate/module_context.hpp"

namespace weft::validate {

/// An integer and the byte behind it; `next` is null where it is malformed. In registers, so that
/// the walk's position need not live in memory.
template <class T>
struct LebRead {
  const uint8_t* next;
  T value;
};
[[gnu::noinline]] LebRead<uint32_t> read_u32_slow(const uint8_t* p, const uint8_t* end);
[[gnu::noinline]] LebRead<uint64_t> read_u64_slow(const uint8_t* p, const uint8_t* end);
[[gnu::noinline]] LebRead<int32_t> read_s32_slow(const uint8_t* p, const uint8_t* end);
[[gnu::noinline]] LebRead<int64_t> read_s64_slow(const uint8_t* p, const uint8_t* end);

/// The codes of i32 and i64: most locals and block results.
constexpr bool is_int_code(uint8_t byte) { return byte == 0x7f || byte == 0x7e; }

class WalkBase {
 protected:
  explicit WalkBase(const ModuleContext& context)
      : ctx_(&context),
        m_(context.module),
        // SAFETY: the module's bytes read as unsigned char, which may alias anything.
        base_(reinterpret_cast<const uint8_t*>(context.module->bytes.data())) {}

  void start(binary::ByteRange range) {
    pc_ = op_at_ = base_ + range.offset;
    end_ = pc_ + range.size;
    error_.reset();
  }
  uint32_t offset_of(const uint8_t* p) const { return static_cast<uint32_t>(p - base_); }

  // --- immediates at pc_; false after recording an error
  // --------------------------------------------------------
  bool read_u32(uint32_t& out) {
    if (pc_ != end_ && *pc_ < 0x80) [[likely]] {
      out = *pc_++;
      return true;
    }
    const auto [next, value] = read_u32_slow(pc_, end_);
    if (next == nullptr) return fail_leb_u32();
    pc_ = next;
    out = value;
    return true;
  }
  bool read_u64(uint64_t& out) {
    const auto [next, value] = read_u64_slow(pc_, end_);
    if (next == nullptr) return fail_leb_u64();
    pc_ = next;
    out = value;
    return true;
  }
  bool read_byte(uint8_t& out) {
    if (pc_ == end_) return fail_end();
    out = *pc_++;
    return true;
  }
  /// Any reader of binary/ applied at pc_.
  template <class F>
  bool read_with(F&& read) {
    // SAFETY: the same bytes seen as std::byte.
    binary::Reader r({reinterpret_cast<const std::byte*>(pc_), static_cast<size_t>(end_ - pc_)},
                     offset_of(pc_));
    read(r);
    if (!r.ok()) return adopt(r.take_error());
    pc_ = base_ + r.offset();
    return true;
  }

  // --- errors: all return false
  // ---------------------------------------------------------------------------------
  [[gnu::cold, gnu::noinline]] bool fail_with(ErrorCode code, std::string_view phrase,
                                              std::string detail = {});
  [[gnu::cold]] bool invalid(std::string_view phrase, std::string detail = {}) {
    return fail_with(ErrorCode::invalid, phrase, std::move(detail));
  }
  [[gnu::cold]] bool malformed(std::string_view phrase, std::string detail = {}) {
    return fail_with(ErrorCode::malformed, phrase, std::move(detail));
  }
  [[gnu::cold, gnu::noinline]] bool adopt(Error error);
  [[gnu::cold, gnu::noinline]] bool fail_end();
  [[gnu::cold, gnu::noinline]] bool fail_leb_u32();
  [[gnu::cold, gnu::noinline]] bool fail_leb_u64();
  [[gnu::cold, gnu::noinline]] bool fail_leb_s32();
  [[gnu::cold, gnu::noinline]] bool fail_leb_s64();
  /// "unknown memory 3"
  [[gnu::cold, gnu::noinline]] bool unknown(std::string_view what, uint64_t index);
  [[gnu::cold, gnu::noinline]] bool mismatch(ValType expected, ValType found);
  [[gnu::cold, gnu::noinline]] bool underflow(ValType expected);
  [[gnu::cold, gnu::noinline]] bool surplus(std::span<const ValType> wanted, size_t found);
  [[gnu::cold, gnu::noinline]] bool mismatched_lists(std::string_view what,
                                                     std::span<const ValType> have,
                                                     std::span<const ValType> want);

  const ModuleContext* ctx_;
  const binary::Module* m_;
  const uint8_t* base_;
  const uint8_t* pc_ = nullptr;
  const uint8_t* end_ = nullptr;
  const uint8_t* op_at_ = nullptr;  ///< The operator being walked.
  bool in_function_ = false;
  FuncIdx func_idx_;
  std::optional<Error> error_;
};

}  // namespace weft::validate
