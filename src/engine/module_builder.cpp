#include "engine/module_builder.hpp"

#include <algorithm>
#include <cstring>

#include "base/leb128.hpp"
#include "binary/decoder.hpp"
#include "validate/module_validator.hpp"

namespace weft::engine {

namespace {

constexpr uint8_t kCodeSection = 10;
constexpr uint8_t kDataSection = 11;
constexpr size_t kHeaderBytes = 8;

void put_leb(std::vector<std::byte>& out, uint32_t value) {
  do {
    const uint32_t low = value & 0x7f;
    value >>= 7;
    out.push_back(static_cast<std::byte>(value != 0 ? low | 0x80 : low));
  } while (value != 0);
}

}  // namespace

/// How far the bytes that are there were understood. Offsets into bytes_.
struct ModuleBuilder::Sections {
  size_t next = kHeaderBytes;  ///< Begin of the first section that is not complete.
  size_t code = 0;             ///< Begin of the code section, header included; 0: not there yet.
  size_t code_end = 0;
  uint32_t body_count = 0;
  std::vector<std::pair<size_t, size_t>> bodies;  ///< Begin (with size prefix) and end.
  size_t next_body = 0;
  uint32_t validated = 0;
  bool all_seen = false;     ///< All bodies are there and were looked at.
  size_t look_again_at = 0;  ///< So many bytes later the bodies are looked at again: doubles.
};

ModuleBuilder::ModuleBuilder(Engine engine, CompileOptions options)
    : engine_(std::move(engine)),
      options_(std::move(options)),
      sections_(std::make_unique<Sections>()) {}
ModuleBuilder::~ModuleBuilder() = default;
ModuleBuilder::ModuleBuilder(ModuleBuilder&&) noexcept = default;
ModuleBuilder& ModuleBuilder::operator=(ModuleBuilder&&) noexcept = default;

Result<> ModuleBuilder::write(std::span<const std::byte> chunk) {
  if (error_ != nullptr) return std::unexpected(*error_);
  bytes_.insert(bytes_.end(), chunk.begin(), chunk.end());
  if (auto fine = look(); !fine) {
    error_ = std::make_unique<Error>(std::move(fine.error()));
    return std::unexpected(*error_);
  }
  return {};
}

Result<CompiledModule> ModuleBuilder::finish() {
  if (error_ != nullptr) return std::unexpected(*error_);
  error_ =
      std::make_unique<Error>(ErrorCode::bad_argument, "bad argument: the module was finished");
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes_));
  options_.format = Format::binary;
  options_.validated_bodies = sections_->validated;
  return CompiledModule::compile_shared(engine_, *owner, owner, std::move(options_));
}

/// Steps over complete sections; looks into the code section as it grows.
Result<> ModuleBuilder::look() {
  if (bytes_.empty()) return {};
  constexpr std::array<uint8_t, kHeaderBytes> kHeader = {0, 'a', 's', 'm', 1, 0, 0, 0};
  const size_t header = std::min(bytes_.size(), kHeaderBytes);
  if (std::memcmp(bytes_.data(), kHeader.data(), header) != 0) {
    const bool in_magic =
        std::memcmp(bytes_.data(), kHeader.data(), std::min<size_t>(header, 4)) != 0;
    return fail(ErrorCode::malformed,
                in_magic ? "magic header not detected" : "unknown binary version",
                in_magic ? 0 : 4);
  }
  // SAFETY: bytes read as bytes.
  const auto* const begin = reinterpret_cast<const uint8_t*>(bytes_.data());
  const auto* const end = begin + bytes_.size();
  Sections& s = *sections_;
  while (s.code == 0 && s.next + 1 < bytes_.size()) {
    const uint8_t* p = begin + s.next + 1;
    uint32_t size = 0;
    if (read_leb_u32(p, end, size) != LebStatus::ok) return {};  // not there yet, or finish() tells
    if (begin[s.next] == kCodeSection) {
      const uint8_t* q = p;
      if (read_leb_u32(q, end, s.body_count) != LebStatus::ok) return {};
      s.code = s.next;
      s.code_end = static_cast<size_t>(p - begin) + size;
      s.next_body = static_cast<size_t>(q - begin);
      return look_at_bodies(true);  // everything in front of the code is here: look at it now
    }
    if (size > static_cast<size_t>(end - p)) return {};
    s.next = static_cast<size_t>(p - begin) + size;
  }
  return s.code != 0 ? look_at_bodies(false) : Result<>{};
}

/// Validates the bodies that are complete. For the bytes still to come stand others that are valid:
/// empty bodies and segments, as many as announced.
Result<> ModuleBuilder::look_at_bodies(bool all_that_are_there) {
  // SAFETY: bytes read as bytes.
  const auto* const begin = reinterpret_cast<const uint8_t*>(bytes_.data());
  Sections& s = *sections_;
  const size_t limit = std::min(bytes_.size(), s.code_end);
  while (s.bodies.size() < s.body_count && s.next_body < limit) {
    const uint8_t* p = begin + s.next_body;
    uint32_t size = 0;
    if (read_leb_u32(p, begin + limit, size) != LebStatus::ok ||
        size > static_cast<size_t>(begin + limit - p))
      break;
    const auto body_end = static_cast<size_t>(p - begin) + size;
    s.bodies.emplace_back(s.next_body, body_end);
    s.next_body = body_end;
  }
  const bool complete = s.bodies.size() == s.body_count;
  if (!all_that_are_there && !complete && bytes_.size() < s.look_again_at) return {};
  if (s.all_seen || (!all_that_are_there && s.validated == s.bodies.size())) return {};
  constexpr size_t kFirst = 64u << 10;
  s.look_again_at = std::max(kFirst, bytes_.size() * 2);

  constexpr uint32_t kMostBodies = 1u << 20;
  if (s.body_count > kMostBodies) return {};  // finish() says so
  auto image = std::make_shared<std::vector<std::byte>>(
      bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(s.code));
  std::vector<std::byte>& out = *image;
  std::vector<std::byte> code;
  put_leb(code, s.body_count);
  const size_t from = s.bodies.empty() ? 0 : s.bodies.front().first;
  const size_t to = s.bodies.empty() ? 0 : s.bodies.back().second;
  code.insert(code.end(), bytes_.begin() + static_cast<ptrdiff_t>(from),
              bytes_.begin() + static_cast<ptrdiff_t>(to));
  constexpr std::array<std::byte, 4> kUnreachable = {std::byte{3}, std::byte{0}, std::byte{0},
                                                     std::byte{0x0b}};
  for (size_t i = s.bodies.size(); i < s.body_count; ++i)
    code.insert(code.end(), kUnreachable.begin(), kUnreachable.end());
  out.push_back(std::byte{kCodeSection});
  put_leb(out, static_cast<uint32_t>(code.size()));
  out.insert(out.end(), code.begin(), code.end());

  const Config& config = engine_.config();
  // A data count section announces segments: the decoder wants as many.
  uint32_t segments = 0;
  const uint8_t* section = begin + kHeaderBytes;
  while (section < begin + s.code) {
    const uint8_t id = *section++;
    uint32_t size = 0;
    if (read_leb_u32(section, begin + s.code, size) != LebStatus::ok) break;
    const uint8_t* p = section;
    if (id == 12 && read_leb_u32(p, begin + s.code, segments) != LebStatus::ok) segments = 0;
    section += size;
  }
  if (segments > kMostBodies) return {};
  if (segments != 0) {
    std::vector<std::byte> data;
    put_leb(data, segments);
    for (uint32_t i = 0; i < segments; ++i) {
      data.push_back(std::byte{1});
      data.push_back(std::byte{0});
    }
    out.push_back(std::byte{kDataSection});
    put_leb(out, static_cast<uint32_t>(data.size()));
    out.insert(out.end(), data.begin(), data.end());
  }

  WEFT_ASSIGN(const std::unique_ptr<binary::Module> module,
              binary::decode_module(out, config.features, image));
  validate::ModuleContext context(*module, config.features);
  WEFT_TRY(validate::validate_definitions(context));
  s.all_seen = complete;
  if (config.translation == Translation::deferred) return {};
  validate::BodyValidator validator(context);
  for (; s.validated < s.bodies.size(); ++s.validated)
    WEFT_TRY(validator.validate(wasm::FuncIdx(module->imported_funcs + s.validated)));
  return {};
}

}  // namespace weft::engine
