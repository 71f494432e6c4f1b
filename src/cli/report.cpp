#include "cli/report.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "cli/exit_codes.hpp"

namespace weft::cli {
namespace {

/// Escape sequences in a module's names must not reach the terminal.
std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
      out += escaped;
    } else {
      out += c;
    }
  }
  return out;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

void print_error(std::string_view message) { print("error: " + harmless(message) + "\n"); }

void print_error(std::string_view file, const Error& error) {
  std::string text(file);
  text += ": ";
  text += error.message();
  if (error.offset() != UINT64_MAX && error.message().find("offset 0x") == std::string_view::npos) {
    char offset[32];
    std::snprintf(offset, sizeof offset, " (offset 0x%llx)", static_cast<unsigned long long>(error.offset()));
    text += offset;
  }
  print_error(text);
}

int report_failure(std::string_view file, const Failure& failure) {
  if (const Error* error = failure.error()) {
    print_error(file, *error);
    return kRefused;
  }
  const Trap& trap = *failure.trap();
  int32_t status = 0;
  if (trap.exit_status(status)) return static_cast<int>(static_cast<uint32_t>(status) & 0xff);
  std::string text = "error: ";
  text += file;
  text += ": trap: ";
  text += trap.message();
  text += "\n";
  if (const std::string backtrace = trap.backtrace(); !backtrace.empty()) {
    text += "wasm backtrace:\n";
    text += backtrace;
  }
  print(harmless(text));
  return kTrap;
}

LoadProgress::LoadProgress(std::string_view file)
    : file_(file), terminal_(isatty(STDERR_FILENO) == 1), start_ns_(now_ns()) {}

LoadProgress::~LoadProgress() {
  if (shown_) print("\r\x1b[K");
}

Module::Progress LoadProgress::callback() {
  if (!terminal_) return {};
  return [this](uint64_t done, uint64_t total) {
    constexpr int64_t kPatience = 200'000'000;  // ns; what loads faster needs no progress
    const int percent = total == 0 ? 100 : static_cast<int>(done * 100 / total);
    if (percent == percent_ || now_ns() - start_ns_ < kPatience) return;
    percent_ = percent;
    shown_ = true;
    print("\r\x1b[Kloading " + harmless(file_) + " " + std::to_string(percent) + "%");
  };
}

}  // namespace weft::cli
