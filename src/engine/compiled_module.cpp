#include "engine/compiled_module.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>

#include "binary/decoder.hpp"
#include "binary/name_section.hpp"
#include "engine/data_image.hpp"
#include "engine/serialize.hpp"
#include "engine/table_image.hpp"
#include "engine/tiers.hpp"
#include "text/parser.hpp"
#include "validate/module_validator.hpp"

namespace weft::engine {

namespace {

std::string_view as_text(std::span<const std::byte> bytes) {
  // SAFETY: bytes read as characters.
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// White space, then `(` or `;`: no binary module begins like this, and nothing else does that is
/// text of ours.
bool looks_like_text(std::span<const std::byte> bytes) {
  const std::string_view text = as_text(bytes);
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '(' || text[first] == ';');
}

struct Source {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
  std::string_view text;  ///< What the bytes were made of, if they were.
};

/// Text becomes bytes here; there is one way to make a Module.
Result<Source> to_binary(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                         Format format) {
  const bool is_text =
      format == Format::text || (format == Format::detect && looks_like_text(bytes));
  if (!is_text) return Source{bytes, std::move(owner), {}};
  WEFT_ASSIGN(std::vector<std::byte> encoded, text::parse_module(as_text(bytes)));
  auto shared = std::make_shared<const std::vector<std::byte>>(std::move(encoded));
  return Source{*shared, shared, as_text(bytes)};
}

/// Walks all bodies, on several threads if there is enough to do. Reports the progress in bytes of
/// code.
class BodiesValidation {
 public:
  BodiesValidation(const validate::ModuleContext& context, const binary::Module& module,
                   const Progress& progress)
      : context_(context), module_(module), progress_(progress) {
    for (const binary::ByteRange& body : module.code) total_ += body.size;
  }

  /// Begins with body `first`: those in front are known to be valid.
  Result<> run(uint32_t wanted_threads, uint32_t first) {
    next_ = first;
    // Threads cost more than they bring below this (a megabyte validates in about 3 ms).
    constexpr uint64_t kParallelBytes = 2u << 20;
    uint32_t threads = 1;
    if (total_ >= kParallelBytes) {  // asking for the processors reads a file
      threads =
          wanted_threads != 0 ? wanted_threads : std::max(1u, std::thread::hardware_concurrency());
    }
    std::vector<std::thread> helpers;
    try {
      helpers.reserve(threads);
      for (uint32_t i = 1; i < threads; ++i) helpers.emplace_back([this] { work(false); });
    } catch (const std::system_error&) {
      // no more threads: those that are there do the work
    } catch (const std::bad_alloc&) {
    }
    work(true);
    for (std::thread& t : helpers) t.join();
    if (error_) return std::unexpected(validate::worst_error(context_, std::move(*error_)));
    return {};
  }

 private:
  static constexpr uint32_t kBatch = 64;  // bodies taken at a time

  /// Nothing leaves as an exception: other threads still work, and a thread cannot throw.
  void work(bool reports) noexcept {
    try {
      validate_batches(reports);
    } catch (const std::bad_alloc&) {
      record(0, Error(ErrorCode::out_of_memory, "out of memory"));  // a text that needs none
    }
  }

  void validate_batches(bool reports) {
    validate::BodyValidator validator(context_);
    const auto count = static_cast<uint32_t>(module_.code.size());
    uint64_t last_report = 0;
    // SAFETY: relaxed counters; what they hand out is joined before it is used.
    while (!failed_.load(std::memory_order_relaxed)) {
      const uint32_t begin = next_.fetch_add(kBatch, std::memory_order_relaxed);
      if (begin >= count) return;
      const uint32_t end = std::min(count, begin + kBatch);
      uint64_t bytes = 0;
      for (uint32_t i = begin; i < end; ++i) {
        bytes += module_.code[i].size;
        if (auto valid = validator.validate(wasm::FuncIdx(module_.imported_funcs + i)); !valid) {
          record(i, std::move(valid.error()));
          return;
        }
      }
      const uint64_t done = done_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
      if (reports && progress_ && done - last_report > (uint64_t{1} << 18)) {
        last_report = done;
        progress_(done, total_);
      }
    }
  }

  /// The error of the first body, so that the message does not depend on the threads' luck.
  void record(uint32_t body, Error error) {
    const std::lock_guard lock(mutex_);
    if (!error_ || body < error_body_) {
      error_ = std::move(error);
      error_body_ = body;
    }
    failed_.store(true, std::memory_order_relaxed);
  }

  const validate::ModuleContext& context_;
  const binary::Module& module_;
  const Progress& progress_;
  uint64_t total_ = 0;
  std::atomic<uint32_t> next_{0};
  std::atomic<uint64_t> done_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::optional<Error> error_;  // guarded by mutex_
  uint32_t error_body_ = 0;     // guarded by mutex_
};

Result<std::shared_ptr<const binary::Module>> load_binary(const Config& config, Source source,
                                                          const Progress& progress,
                                                          uint32_t first_body) {
  WEFT_ASSIGN(std::unique_ptr<binary::Module> decoded,
              binary::decode_module(source.bytes, config.features, std::move(source.owner)));
  std::shared_ptr<const binary::Module> module = std::move(decoded);
  validate::ModuleContext context(*module, config.features);
  if (auto valid = validate::validate_definitions(context); !valid) {
    return std::unexpected(validate::worst_error(context, std::move(valid.error())));
  }
  if (first_body < module->code.size())
    WEFT_TRY(BodiesValidation(context, *module, progress).run(config.parallelism, first_body));
  return module;
}

constexpr uint32_t kNoBodies = ~uint32_t{0};

/// Errors in what was text show the place in the text.
Result<std::shared_ptr<const binary::Module>> load(const Config& config, Source source,
                                                   const Progress& progress, uint32_t first_body) {
  const std::string_view text = source.text;
  auto module = load_binary(config, std::move(source), progress, first_body);
  if (!module && !text.empty())
    return std::unexpected(text::place_error(text, std::move(module.error())));
  return module;
}

}  // namespace

Result<CompiledModule> CompiledModule::compile(const Engine& engine,
                                               std::span<const std::byte> bytes,
                                               CompileOptions options) {
  if (options.format != Format::binary && looks_like_text(bytes)) {
    return compile_shared(engine, bytes, nullptr,
                          std::move(options));  // text is encoded into bytes of its own
  }
  auto copy = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
  return compile_shared(engine, *copy, copy, std::move(options));
}

Result<CompiledModule> CompiledModule::compile_shared(const Engine& engine,
                                                      std::span<const std::byte> bytes,
                                                      std::shared_ptr<const void> owner,
                                                      CompileOptions options) {
  const Config& config = engine.config();
  const bool serialized = looks_serialized(bytes);
  if (serialized) {
    WEFT_ASSIGN(bytes, open_serialized(bytes, config));
  }
  WEFT_ASSIGN(Source source,
              to_binary(bytes, std::move(owner), serialized ? Format::binary : options.format));
  auto info = std::make_shared<runtime::ModuleInfo>();
  const bool no_bodies =
      config.translation == Translation::deferred || (serialized && options.trusted);
  WEFT_ASSIGN(info->module, load(config, std::move(source), options.progress,
                                 no_bodies ? kNoBodies : options.validated_bodies));
  WEFT_ASSIGN(info->type_ids, engine.types().intern(info->module->types));
  info->finish();
  WEFT_TRY(engine.state()->allocator().check_fits(*info));
  info->table_images = make_table_images(*info->module);
  info->features = config.features;
  info->image = make_data_image(*info->module);
  info->name = std::move(options.name);
  WEFT_TRY(attach_code(*info, config));
  return CompiledModule(engine, info);
}

Result<> CompiledModule::validate(const Engine& engine, std::span<const std::byte> bytes,
                                  Format format) {
  WEFT_ASSIGN(Source source, to_binary(bytes, nullptr, format));
  WEFT_ASSIGN(const auto module, load(engine.config(), std::move(source), {}, 0));
  (void)module;
  return {};
}

}  // namespace weft::engine
