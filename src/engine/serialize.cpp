#include "engine/serialize.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "base/wrapping.hpp"

namespace weft::engine {

namespace {

// No text and no binary module begins like this; a transfer that changes line ends is noticed.
constexpr std::array<char, 8> kMagic = {'\x89', 'W', 'E', 'F', 'T', '\r', '\n', '\x1a'};
constexpr uint32_t kFormat = 1;

constexpr uint32_t kMachine =
#if defined(__x86_64__)
    0x3e;
#elif defined(__aarch64__)
    0xb7;
#else
    0;
#endif

/// Little endian; no padding.
struct Header {
  std::array<char, 8> magic = kMagic;
  uint32_t format = kFormat;
  uint32_t abi = runtime::kAbiVersion;
  uint32_t version = kLibraryVersion;
  uint32_t machine = kMachine;
  uint32_t cpu = 0;       ///< Processor features the code in it needs; there is no code in it yet.
  uint32_t features = 0;  ///< Proposals it was validated with.
  uint64_t size = 0;      ///< Of the binary module behind the header.
  uint64_t checksum = 0;  ///< Of everything else.
};
static_assert(sizeof(Header) == 48 && std::endian::native == std::endian::little);

/// Against damage, not against forgery. Two lanes of multiply and rotate over 16 bytes a step:
/// measured 9 GB/s, where a cryptographic one would cost what validation does.
class Checksum {
 public:
  void add(std::span<const std::byte> bytes) {
    size_ += bytes.size();
    while (bytes.size() >= 16) {
      step(load(bytes.data()), load(bytes.data() + 8));
      bytes = bytes.subspan(16);
    }
    std::array<std::byte, 16> rest{};
    if (!bytes.empty()) std::memcpy(rest.data(), bytes.data(), bytes.size());
    step(load(rest.data()), load(rest.data() + 8));
  }
  WEFT_WRAPS uint64_t value() const {
    uint64_t h = a_ ^ std::rotl(b_, 29) ^ (size_ * kC);
    h = (h ^ (h >> 32)) * kA;
    h = (h ^ (h >> 29)) * kB;
    return h ^ (h >> 32);
  }

 private:
  static constexpr uint64_t kA = 0x9e3779b97f4a7c15;
  static constexpr uint64_t kB = 0xc2b2ae3d27d4eb4f;
  static constexpr uint64_t kC = 0x165667b19e3779f9;
  static uint64_t load(const std::byte* p) {
    uint64_t v = 0;
    std::memcpy(&v, p, sizeof(v));
    return v;
  }
  WEFT_WRAPS void step(uint64_t x, uint64_t y) {
    a_ = std::rotl(a_ ^ (x * kA), 31) * kB + y;
    b_ = std::rotl(b_ ^ (y * kC), 27) * kA + x;
  }
  uint64_t a_ = kB, b_ = kC, size_ = 0;
};

uint64_t checksum_of(Header header, std::span<const std::byte> module) {
  header.checksum = 0;
  Checksum sum;
  sum.add(std::as_bytes(std::span(&header, 1)));
  sum.add(module);
  return sum.value();
}

uint32_t bits_of(const wasm::FeatureSet& features) {
  uint32_t bits = 0;
  for (size_t i = 0; i < wasm::kFeatureCount; ++i) {
    if (features.has(static_cast<wasm::Feature>(i))) bits |= uint32_t{1} << i;
  }
  return bits;
}

}  // namespace

std::vector<std::byte> serialize(const CompiledModule& module) {
  const std::span<const std::byte> bytes = module.module().bytes;
  Header header;
  header.features = bits_of(module.info().features);
  header.size = bytes.size();
  header.checksum = checksum_of(header, bytes);
  const auto head = std::as_bytes(std::span(&header, 1));
  std::vector<std::byte> out;
  out.reserve(head.size() + bytes.size());
  out.insert(out.end(), head.begin(), head.end());
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}

bool looks_serialized(std::span<const std::byte> bytes) {
  return bytes.size() >= kMagic.size() &&
         std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
}

Result<std::span<const std::byte>> open_serialized(std::span<const std::byte> bytes,
                                                   const Config& config) {
  const auto unsupported = [](const char* why) {
    return fail(ErrorCode::unsupported,
                std::string("unsupported: the serialized module ") + why + "; compile it again");
  };
  Header header;
  if (!looks_serialized(bytes) || bytes.size() < sizeof(header))
    return fail(ErrorCode::malformed, "malformed: not a serialized module");
  std::memcpy(&header, bytes.data(), sizeof(header));
  const auto module = bytes.subspan(sizeof(header));
  const Header ours;
  if (header.format != ours.format || header.version != ours.version || header.abi != ours.abi)
    return unsupported("was made by another version of weft");
  if (header.machine != ours.machine || header.cpu != ours.cpu)
    return unsupported("was made for another machine");
  if (header.size != module.size() || header.checksum != checksum_of(header, module)) {
    return fail(ErrorCode::malformed,
                "malformed: the serialized module is damaged (its checksum does not match)");
  }
  if ((header.features & ~bits_of(config.features)) != 0)
    return unsupported("was validated with proposals that this engine has switched off");
  return module;
}

}  // namespace weft::engine
