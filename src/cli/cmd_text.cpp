// weft print and weft parse: the binary format as text, and back.
#include "cli/cmd_text.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/report.hpp"
#include "weft/text.hpp"

namespace weft::cli {
namespace {

struct Options {
  std::string file;
  std::string output;
  uint32_t flags = 0;  ///< print: of weft_wat_t
};

struct CloseFile {
  void operator()(std::FILE* f) const {
    if (f != stdin && f != stdout) std::fclose(f);
  }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// The whole file; `-` is standard input. Prints why not.
bool read_all(const std::string& path, std::string& out) {
  const File file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  bool ok = file != nullptr;
  while (ok) {
    char buffer[1 << 16];
    const size_t n = std::fread(buffer, 1, sizeof buffer, file.get());
    out.append(buffer, n);
    if (n == sizeof buffer) continue;
    ok = std::ferror(file.get()) == 0;
    break;
  }
  if (!ok) print_error(path + ": cannot read \"" + path + "\": " + std::strerror(errno));
  return ok;
}

/// To the file, or to standard output. Prints why not.
bool write_all(const std::string& path, const void* data, size_t size) {
  const bool to_file = !path.empty() && path != "-";
  File file(to_file ? std::fopen(path.c_str(), "wb") : stdout);
  bool ok = file != nullptr && std::fwrite(data, 1, size, file.get()) == size;
  if (ok && to_file) ok = std::fclose(file.release()) == 0;
  if (!ok && to_file) print_error("cannot write \"" + path + "\": " + std::strerror(errno));
  return ok || !to_file;  // of standard output the caller hears when it is flushed
}

std::span<const uint8_t> bytes_of(const std::string& text) {
  // SAFETY: characters read as bytes.
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// As everywhere in weft: by the first bytes, not by the name.
bool looks_like_text(const std::string& content) {
  const size_t first = content.find_first_not_of(" \t\r\n");
  return first != std::string::npos && (content[first] == '(' || content[first] == ';');
}

int parse_file(const Options& o) {
  if (o.output.empty() && isatty(STDOUT_FILENO) == 1) {
    print_error("the module is binary: give it a file with -o FILE");
    return kUsage;
  }
  std::string content;
  if (!read_all(o.file, content)) return kRefused;
  const auto wasm = wat_to_wasm(content);
  if (!wasm) {
    print_error(o.file, wasm.error());
    return kRefused;
  }
  return write_all(o.output, wasm->data(), wasm->size()) ? kOk : kRefused;
}

enum Key { kNoNames = kLongOnly, kFold };

error_t read_word(int key, char* arg, argp_state* state) {
  auto* options = static_cast<Options*>(state->input);
  switch (key) {
    case 'o': options->output = arg; return 0;
    case kNoNames: options->flags |= WEFT_WAT_NO_NAMES; return 0;
    case kFold: options->flags |= WEFT_WAT_FOLD; return 0;
    case ARGP_KEY_ARG:
      if (!options->file.empty()) argp_error(state, "one FILE only");
      options->file = arg;
      return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "which FILE?"); return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

constexpr argp_option kPrintOptions[] = {
    {"output", 'o', "FILE", 0, "Write to FILE, not to standard output", 0},
    {"fold", kFold, nullptr, 0, "Folded instructions: (i32.add (local.get 0) (i32.const 1))", 0},
    {"no-names", kNoNames, nullptr, 0, "Indices instead of names", 0},
    {},
};
constexpr argp kPrint = {
    kPrintOptions,
    read_word,
    "FILE",
    "Prints a module as text (.wat) that `weft parse` and every other command read back. FILE may "
    "be - for standard input.\v"
    "For example:\n"
    "  weft print module.wasm\n"
    "  weft print -o module.wat module.wasm && weft parse -o again.wasm module.wat",
    nullptr,
    nullptr,
    nullptr};

constexpr argp_option kParseOptions[] = {
    {"output", 'o', "FILE", 0, "Write the module to FILE, not to standard output", 0},
    {},
};
constexpr argp kParse = {
    kParseOptions,
    read_word,
    "FILE",
    "Translates a text (.wat) into a binary module. Whether the module is valid, `weft validate` "
    "tells. FILE may be - for standard input.\v"
    "For example:\n"
    "  weft parse -o module.wasm module.wat\n"
    "  weft parse module.wat | sha256sum",
    nullptr,
    nullptr,
    nullptr};

}  // namespace

int print_as_text(const std::string& file, const std::string& output, uint32_t flags) {
  std::string content;
  if (!read_all(file, content)) return kRefused;
  std::span<const uint8_t> wasm = bytes_of(content);
  std::vector<uint8_t> parsed;
  if (looks_like_text(content)) {
    auto bytes = wat_to_wasm(content);
    if (!bytes) {
      print_error(file, bytes.error());
      return kRefused;
    }
    parsed = std::move(*bytes);
    wasm = parsed;
  }
  const auto text = wasm_to_wat(wasm, flags);
  if (!text) {
    print_error(file, text.error());
    return kRefused;
  }
  return write_all(output, text->data(), text->size()) ? kOk : kRefused;
}

int print_command(int argc, char** argv) {
  Options options;
  parse_words(kPrint, argc, argv, &options);
  return print_as_text(options.file, options.output, options.flags);
}

int parse_command(int argc, char** argv) {
  Options options;
  parse_words(kParse, argc, argv, &options);
  return parse_file(options);
}

}  // namespace weft::cli
