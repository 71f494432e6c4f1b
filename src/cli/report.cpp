#include "cli/report.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "cli/exit_codes.hpp"

namespace weft::cli {
namespace {

/// Bytes of the UTF-8 sequence that starts `text`; 1 for a byte that starts none.
size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 1;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 1;
  }
  return length;
}

/// Control characters (C0, C1, delete), broken UTF-8, and the marks that reorder what a person
/// reads.
bool is_harmful(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence.front());
  if (sequence.size() == 1) return lead < 0x20 || lead >= 0x7f;
  const auto second = static_cast<unsigned char>(sequence[1]);
  if (sequence.size() == 2) return lead == 0xc2 && second < 0xa0;
  if (sequence.size() > 3 || lead != 0xe2) return false;
  const auto third = static_cast<unsigned char>(sequence[2]);
  return (second == 0x80 && ((third >= 0xa8 && third <= 0xae) || third == 0x8e || third == 0x8f)) ||
         (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

/// What names of a module and file names contain must neither steer the terminal nor look like a
/// line of ours.
std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view sequence = text.substr(0, sequence_length(text));
    text.remove_prefix(sequence.size());
    if (!is_harmful(sequence)) {
      out += sequence;
      continue;
    }
    for (const char c : sequence) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escaped;
    }
  }
  return out;
}

/// "\n 3 |     i32.cosnt 1" and "\n   |     ^": the lines with which a message shows a place in a
/// text.
bool starts_excerpt(std::string_view line) {
  const size_t bar = line.find_first_not_of("\n 0123456789");
  return line.starts_with("\n ") && bar != std::string_view::npos && line[bar] == '|';
}

/// The message without harmful characters; line breaks stay where they show a place in a text.
std::string harmless_message(std::string_view message) {
  std::string out;
  while (!message.empty()) {
    size_t end = message.find('\n', 1);
    while (end != std::string_view::npos && !starts_excerpt(message.substr(end)))
      end = message.find('\n', end + 1);
    const std::string_view line = message.substr(0, end);
    const bool excerpt = starts_excerpt(line);
    if (excerpt) out += '\n';
    out += harmless(line.substr(excerpt ? 1 : 0));
    message.remove_prefix(line.size());
  }
  return out;
}

/// " at file:line:column", as far as it is known.
std::string place_in_source(const SourceFrame& source) {
  if (source.file.empty()) return {};
  std::string out = " at " + harmless(source.file);
  if (source.line == 0) return out;
  out += ':' + std::to_string(source.line);
  if (source.column != 0) out += ':' + std::to_string(source.column);
  return out;
}

/// One line for each frame; where a function calls itself over and over, one line for all of that.
std::string backtrace_of(const Trap& trap) {
  std::string out;
  const size_t count = trap.frame_count();
  for (size_t i = 0; i < count;) {
    const Frame frame = trap.frame(i);
    size_t same = i + 1;
    for (; same < count; ++same) {
      const Frame next = trap.frame(same);
      if (next.func_index != frame.func_index || next.module_offset != frame.module_offset ||
          next.module_name != frame.module_name)
        break;
    }
    char place[64];
    std::snprintf(place, sizeof place, "%3zu: 0x%llx - ", i,
                  static_cast<unsigned long long>(frame.module_offset));
    out += place;
    const std::string module =
        harmless(frame.module_name.empty() ? "<module>" : frame.module_name) + '!';
    const size_t sources = trap.source_count(i);
    for (size_t s = 0; s + 1 < sources; ++s) {
      const SourceFrame source = trap.source(i, s);
      out += module + harmless(source.function.empty() ? "<function>" : source.function);
      out += place_in_source(source) + " (inlined)\n           - ";
    }
    out += module + (frame.func_name.empty() ? "<function " + std::to_string(frame.func_index) + ">"
                                             : harmless(frame.func_name));
    if (sources != 0) out += place_in_source(trap.source(i, sources - 1));
    out += '\n';
    if (same - i > 2) {
      out += "     the same " + std::to_string(same - i - 1) + " times more\n";
      i = same;
    } else {
      ++i;
    }
  }
  // Frames that were not kept are counted in the last line of the whole text only.
  const std::string text = trap.backtrace();
  if (const size_t more = text.rfind("\n  ... ");
      more != std::string::npos && text.find('\n', more + 1) == text.size() - 1) {
    out += text.substr(more + 1);
  }
  return out;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

void print_error(std::string_view message) { print("error: " + harmless_message(message) + "\n"); }

void print_error(std::string_view file, const Error& error) {
  std::string text(file);
  text += ": ";
  text += error.message();
  const bool placed = error.message().find("offset 0x") != std::string_view::npos ||
                      error.message().find("(line ") != std::string_view::npos;
  if (error.offset() != UINT64_MAX && !placed) {
    char offset[32];
    std::snprintf(offset, sizeof offset, " (offset 0x%llx)",
                  static_cast<unsigned long long>(error.offset()));
    text += offset;
  }
  print_error(text);
}

int report_failure(std::string_view file, const Failure& failure, std::string_view limit) {
  if (const Error* error = failure.error()) {
    print_error(file, *error);
    return kRefused;
  }
  const Trap& trap = *failure.trap();
  int32_t status = 0;
  if (trap.exit_status(status)) return static_cast<int>(static_cast<uint32_t>(status) & 0xff);
  std::string text = "error: " + harmless(file) + ": trap: " + harmless_message(trap.message());
  // What is stopped from outside says by which option.
  constexpr weft_trap_code_t kOutOfFuel = 24;
  constexpr weft_trap_code_t kInterrupt = 25;
  if (!limit.empty() && (trap.code() == kOutOfFuel || trap.code() == kInterrupt)) {
    text += " (";
    text += limit;
    text += ")";
  }
  text += "\n";
  if (const std::string backtrace = backtrace_of(trap); !backtrace.empty())
    text += "wasm backtrace:\n" + backtrace;
  print(text);
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
