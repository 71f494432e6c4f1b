#include "wast/script.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "text/lexer.hpp"
#include "text/literals.hpp"
#include "text/reader.hpp"

namespace weft::wast {
namespace {

using text::LiteralStatus;
using text::Reader;
using text::TokenKind;
using Kind = wasm::ValType::Kind;

constexpr std::array<std::string_view, kCommandKinds> kCommandNames = {
    "module",
    "module definition",
    "module instance",
    "register",
    "action",
    "assert_return",
    "assert_trap",
    "assert_exhaustion",
    "assert_exception",
    "assert_invalid",
    "assert_malformed",
    "assert_unlinkable",
    "assert_malformed_custom",
    "assert_invalid_custom",
    "thread",
    "wait",
};

constexpr std::string_view kFieldWords[] = {"type",   "rec",    "import", "func", "table", "memory",
                                            "global", "export", "start",  "elem", "data",  "tag"};

class ScriptParser {
 public:
  explicit ScriptParser(const text::TokenList& list)
      : list_(list), in_(list, {0, static_cast<uint32_t>(list.tokens.size() - 1)}) {
    line_starts_.push_back(0);
    for (size_t i = 0; i < list.source.size(); ++i) {
      if (list.source[i] == '\n') line_starts_.push_back(static_cast<uint32_t>(i + 1));
    }
  }

  Result<std::vector<Command>> run() {
    std::vector<Command> commands;
    if (at_inline_module()) {
      Command command;
      command.line = 1;
      command.module.fields = {0, static_cast<uint32_t>(list_.tokens.size() - 1)};
      commands.push_back(std::move(command));
      return commands;
    }
    while (!in_.at_end() && !in_.failed()) commands.push_back(parse_command());
    if (in_.failed()) return std::unexpected(in_.take_error());
    return commands;
  }

 private:
  bool at_inline_module() const {
    if (!in_.at_left() || in_.kind(1) != TokenKind::keyword) return false;
    return std::find(std::begin(kFieldWords), std::end(kFieldWords), in_.text(1)) !=
           std::end(kFieldWords);
  }

  uint32_t line_here() const {
    const auto at = std::upper_bound(line_starts_.begin(), line_starts_.end(), in_.peek().begin);
    return static_cast<uint32_t>(at - line_starts_.begin());
  }

  Command parse_command() {
    Command command;
    command.line = line_here();
    if (in_.at_list("thread")) return parse_thread();
    if (in_.at_list("module")) {
      parse_module(command);
      return command;
    }
    if (in_.at_list("invoke") || in_.at_list("get")) {
      command.kind = CommandKind::action;
      parse_action(command.action);
      return command;
    }
    in_.expect(TokenKind::left);
    const std::string_view word =
        in_.kind() == TokenKind::keyword ? in_.text() : std::string_view();
    if (word == "register") {
      in_.skip();
      command.kind = CommandKind::register_;
      command.definition = in_.expect_string();
      command.name = in_.take_id();
    } else if (word == "wait") {
      in_.skip();
      command.kind = CommandKind::wait;
      command.name = in_.take_id();
    } else if (word.starts_with("assert_")) {
      parse_assertion(word, command);
    } else {
      in_.unexpected();
    }
    in_.expect_right();
    return command;
  }

  /// `(thread $T (shared (module $M))* command*)`; threads do not nest further than the scripts of
  /// the suite do.
  Command parse_thread() {
    Command command;
    command.line = line_here();
    command.kind = CommandKind::thread;
    if (++thread_depth_ > kMaxThreadDepth) {
      in_.fail("unexpected token: threads nested too deeply");
      return command;
    }
    in_.take_list("thread");
    command.name = in_.take_id();
    while (in_.take_list("shared")) {
      in_.expect(TokenKind::left);
      in_.expect_keyword("module");
      command.shared.emplace_back(in_.take_id());
      in_.expect_right();
      in_.expect_right();
    }
    while (in_.at_left() && !in_.failed()) command.commands.push_back(parse_command());
    in_.expect_right();
    --thread_depth_;
    return command;
  }

  void parse_module(Command& command) {
    const uint32_t close = in_.peek().match;
    in_.take_list("module");
    if (in_.take_keyword("definition")) {
      command.kind = CommandKind::module_definition;
    } else if (in_.take_keyword("instance")) {
      command.kind = CommandKind::module_instance;
      const std::string_view first = in_.take_id();
      const std::string_view second = in_.take_id();
      command.definition = second.empty() ? first : second;
      command.name = second.empty() ? std::string_view() : first;
      return in_.expect_right();
    }
    command.name = in_.take_id();
    ModuleSource& module = command.module;
    const bool binary = in_.take_keyword("binary");
    if (binary || in_.take_keyword("quote")) {
      module.form = binary ? ModuleSource::Form::binary : ModuleSource::Form::quote;
      while (in_.kind() == TokenKind::string) module.bytes += in_.expect_string();
      return in_.expect_right();
    }
    module.fields = {in_.at(), close};
    in_.seek(close + 1);
  }

  void parse_action(Action& action) {
    in_.expect(TokenKind::left);
    action.is_get = in_.take_keyword("get");
    if (!action.is_get) in_.expect_keyword("invoke");
    action.module = in_.take_id();
    action.name = in_.expect_string();
    while (in_.at_left() && !in_.failed()) action.arguments.push_back(parse_argument());
    in_.expect_right();
  }

  void parse_assertion(std::string_view word, Command& command) {
    size_t kind = 0;
    while (kind < kCommandKinds && kCommandNames[kind] != word) ++kind;
    if (kind == kCommandKinds) return in_.unexpected();
    in_.skip();
    command.kind = static_cast<CommandKind>(kind);
    if (in_.at_list("module")) {
      Command inner;
      parse_module(inner);
      if (inner.kind == CommandKind::module_instance) return in_.fail("unexpected token instance");
      command.on_module = true;
      command.module = std::move(inner.module);
    } else {
      parse_action(command.action);
    }
    while (in_.at_left() && !in_.failed()) command.expected.push_back(parse_pattern());
    if (in_.kind() == TokenKind::string) command.message = in_.expect_string();
  }

  // --- values and patterns
  // --------------------------------------------------------------------------------------------

  uint64_t expect_int(unsigned bits) {
    uint64_t value = 0;
    if (in_.kind() != TokenKind::number) {
      in_.unexpected();
    } else if (text::parse_int(in_.text(), bits, value) != LiteralStatus::ok) {
      in_.fail("constant out of range");
    } else {
      in_.skip();
    }
    return value;
  }

  uint64_t expect_float(unsigned bits, FloatMatch* match) {
    const std::string_view word = in_.text();
    if (match != nullptr && (word == "nan:canonical" || word == "nan:arithmetic")) {
      *match = word == "nan:canonical" ? FloatMatch::canonical_nan : FloatMatch::arithmetic_nan;
      in_.skip();
      return 0;
    }
    uint64_t wide = 0;
    uint32_t narrow = 0;
    const LiteralStatus status =
        bits == 32 ? text::parse_f32(word, narrow) : text::parse_f64(word, wide);
    if (status != LiteralStatus::ok) {
      in_.fail("constant out of range, or no number");
    } else {
      in_.skip();
    }
    return bits == 32 ? narrow : wide;
  }

  void parse_v128(Pattern& p, bool patterns_allowed) {
    struct Row {
      std::string_view word;
      uint8_t bits;
      bool is_float;
    };
    static constexpr Row kRows[] = {{"i8x16", 8, false},  {"i16x8", 16, false},
                                    {"i32x4", 32, false}, {"i64x2", 64, false},
                                    {"f32x4", 32, true},  {"f64x2", 64, true}};
    p.type = Kind::v128;
    for (const Row& row : kRows) {
      if (!in_.take_keyword(row.word)) continue;
      p.lane_bits = row.bits;
      for (unsigned i = 0; i < 128u / row.bits; ++i) {
        const uint64_t lane =
            row.is_float ? expect_float(row.bits, patterns_allowed ? &p.matches[i] : nullptr)
                         : expect_int(row.bits);
        const unsigned at = i * row.bits;
        p.bits[at / 64] |= lane << (at % 64);
      }
      return;
    }
    in_.unexpected();
  }

  /// `t.const ..`; false if it is something else.
  bool take_number(Pattern& p, bool patterns_allowed) {
    p.kind = Pattern::Kind::number;
    if (in_.take_keyword("i32.const")) {
      p.type = Kind::i32;
      p.bits[0] = expect_int(32);
    } else if (in_.take_keyword("i64.const")) {
      p.type = Kind::i64;
      p.lane_bits = 64;
      p.bits[0] = expect_int(64);
    } else if (in_.take_keyword("f32.const")) {
      p.type = Kind::f32;
      p.bits[0] = expect_float(32, patterns_allowed ? &p.matches[0] : nullptr);
    } else if (in_.take_keyword("f64.const")) {
      p.type = Kind::f64;
      p.lane_bits = 64;
      p.bits[0] = expect_float(64, patterns_allowed ? &p.matches[0] : nullptr);
    } else if (in_.take_keyword("v128.const")) {
      parse_v128(p, patterns_allowed);
    } else {
      return false;
    }
    return true;
  }

  wasm::AbstractHeap take_heap() {
    using wasm::AbstractHeap;
    struct Row {
      std::string_view word;
      AbstractHeap heap;
    };
    static constexpr Row kRows[] = {
        {"func", AbstractHeap::func},      {"nofunc", AbstractHeap::nofunc},
        {"extern", AbstractHeap::extern_}, {"any", AbstractHeap::any},
        {"none", AbstractHeap::none},      {"noextern", AbstractHeap::noextern},
        {"eq", AbstractHeap::eq},          {"i31", AbstractHeap::i31},
        {"struct", AbstractHeap::struct_}, {"array", AbstractHeap::array},
        {"exn", AbstractHeap::exn},        {"noexn", AbstractHeap::noexn},
    };
    for (const Row& row : kRows) {
      if (in_.take_keyword(row.word)) return row.heap;
    }
    if (in_.at_index()) in_.skip();  // a type of the module: its null is some null
    return AbstractHeap::func;
  }

  Value parse_argument() {
    in_.expect(TokenKind::left);
    Value value;
    Pattern number;
    if (take_number(number, false)) {
      value.kind = number.type;
      value.bits = number.bits;
    } else if (in_.take_keyword("ref.null")) {
      value.kind = Kind::ref;
      value.heap = take_heap();
    } else if (in_.at_keyword("ref.extern") || in_.at_keyword("ref.host")) {
      value.kind = Kind::ref;
      value.shape = in_.text() == "ref.host" ? RefShape::host : RefShape::extern_;
      in_.skip();
      value.number = in_.expect_nat(~uint64_t{0}, "i64 constant");
    } else {
      in_.unexpected();
    }
    in_.expect_right();
    return value;
  }

  void parse_ref_pattern(Pattern& p) {
    p.kind = Pattern::Kind::ref;
    struct Row {
      std::string_view word;
      RefShape shape;
    };
    static constexpr Row kRows[] = {
        {"ref.func", RefShape::func},      {"ref.extern", RefShape::extern_},
        {"ref.host", RefShape::host},      {"ref.i31", RefShape::i31},
        {"ref.struct", RefShape::struct_}, {"ref.array", RefShape::array},
        {"ref.exn", RefShape::exn},
    };
    if (in_.take_keyword("ref.null")) {
      if (!in_.at_right()) take_heap();
      return;
    }
    if (in_.take_keyword("ref") || in_.take_keyword("ref.any")) {
      p.any = true;
      return;
    }
    if (in_.take_keyword("ref.eq")) {
      p.eq = true;
      return;
    }
    for (const Row& row : kRows) {
      if (!in_.take_keyword(row.word)) continue;
      p.shape = row.shape;
      if (in_.kind() == TokenKind::number) {
        p.has_number = true;
        p.number = in_.expect_nat(~uint64_t{0}, "i64 constant");
      }
      return;
    }
    in_.unexpected();
  }

  Pattern parse_pattern() {
    Pattern p;
    if (in_.take_list("either")) {
      p.kind = Pattern::Kind::either;
      while (in_.at_left() && !in_.failed()) p.alternatives.push_back(parse_single());
      in_.expect_right();
      return p;
    }
    return parse_single();
  }

  Pattern parse_single() {
    Pattern p;
    in_.expect(TokenKind::left);
    if (!take_number(p, true)) parse_ref_pattern(p);
    in_.expect_right();
    return p;
  }

  static constexpr int kMaxThreadDepth = 16;
  const text::TokenList& list_;
  Reader in_;
  std::vector<uint32_t> line_starts_;
  int thread_depth_ = 0;
};

}  // namespace

std::string_view to_string(CommandKind kind) { return kCommandNames[static_cast<size_t>(kind)]; }

Result<Script> parse_script(std::string source) {
  Script script;
  script.source = std::make_unique<std::string>(std::move(source));
  WEFT_ASSIGN(text::TokenList list, text::lex(*script.source));
  script.tokens = std::make_unique<text::TokenList>(std::move(list));
  WEFT_ASSIGN(script.commands, ScriptParser(*script.tokens).run());
  return script;
}

}  // namespace weft::wast
