// What a WASI program may see and touch: nothing that is not given here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "weft/result.hpp"

namespace weft {
inline namespace v0 {

/// What a WASI program may see and do: nothing that was not given here.
class WasiConfig {
 public:
  WasiConfig() : config_(weft_wasi_config_new()) {}
  /// One more argument of the program; the first is its name.
  WasiConfig& arg(std::string_view arg) {
    weft_wasi_arg(config_.get(), arg.data(), arg.size());
    return *this;
  }
  /// One more variable of the environment.
  WasiConfig& env(std::string_view key, std::string_view value) {
    weft_wasi_env(config_.get(), key.data(), key.size(), value.data(), value.size());
    return *this;
  }
  /// A directory of the host under a guest path. That it cannot be opened is told by
  /// StoreRef::set_wasi.
  WasiConfig& preopen(const std::string& host, const std::string& guest, bool read_only = false) {
    weft_wasi_preopen(config_.get(), host.c_str(), guest.c_str(), read_only);
    return *this;
  }
  /// A listening or connected socket; taken over.
  WasiConfig& preopen_socket(int fd) {
    weft_wasi_preopen_socket(config_.get(), fd);
    return *this;
  }
  /// 0, 1 and 2 of the process. Otherwise reads end at once and writes vanish.
  WasiConfig& inherit_stdio() {
    weft_wasi_inherit_stdio(config_.get());
    return *this;
  }
  /// What the program reads as standard input; copied.
  WasiConfig& stdin_bytes(std::span<const uint8_t> bytes) {
    weft_wasi_stdin_bytes(config_.get(), bytes.data(), bytes.size());
    return *this;
  }
  /// fd 1 or 2 goes to a function.
  WasiConfig& output(int fd, weft_write_t write, void* env) {
    weft_wasi_output(config_.get(), fd, write, env);
    return *this;
  }
  /// The C configuration, now the caller's.
  weft_wasi_config_t* release() { return config_.release(); }

 private:
  std::unique_ptr<weft_wasi_config_t, detail::Deleter<weft_wasi_config_delete>> config_;
};

}  // namespace v0
}  // namespace weft
