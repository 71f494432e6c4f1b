// Folded instructions (spec 6.5.11): operands inside the parentheses of what takes them. ADR 0017.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "binary/module.hpp"
#include "wasm/opcodes.hpp"

namespace weft::text {

/// How many operands an instruction takes and leaves, as far as folding wants to know. A wrong
/// answer would only fold less nicely: the order of instructions stays.
struct Arity {
  uint32_t takes = 0;
  uint32_t leaves = 0;
};

/// `immediates` is the module's bytes behind the opcode; `results` those of the function.
Arity arity_of(const binary::Module& module, wasm::Op op, binary::ByteRange immediates,
               uint32_t results);

/// Instructions of one block that were not printed yet, as trees. Nothing recurses; linear.
class Folder {
 public:
  /// The next instruction: `hint` stands in front of its parenthesis.
  void add(std::string_view hint, std::string_view text, Arity arity);
  /// Appends all that was added, each tree on lines of its own, and forgets it.
  void flush(std::string& out, size_t indent);
  /// The same, if nothing waits for somebody to take it.
  void flush_if_done(std::string& out, size_t indent) {
    if (roots_.size() == 1) flush(out, indent);
  }

 private:
  struct Node {
    uint32_t text = 0, text_size = 0;
    uint32_t hint_size = 0;  ///< The hint stands in front of the text.
    uint32_t nodes = 1;      ///< Of the tree: operands stand in front of their node.
    uint32_t width = 0;      ///< Of the tree in one line.
    bool is_value = false;   ///< Leaves one operand.
  };
  void append_tree(std::string& out, uint32_t root, size_t indent);
  std::string_view text_of(const Node& n) const {
    return std::string_view(texts_).substr(n.text, n.text_size);
  }

  std::string texts_;
  std::vector<Node> nodes_;
  std::vector<uint32_t> roots_;
};

}  // namespace weft::text
