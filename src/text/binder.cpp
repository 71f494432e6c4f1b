#include "text/binder.hpp"

#include <fmt/core.h>

namespace weft::text {
namespace {

class Binder {
 public:
  explicit Binder(Context& c) : c_(c), in_(c.in) {}

  void run() {
    const uint32_t start = in_.at();
    while (!in_.at_end() && !in_.failed()) {
      if (!in_.at_left()) return in_.unexpected();
      const uint32_t field = in_.at();
      in_.skip();
      bind_field();
      in_.seek(field);
      in_.skip_list();
    }
    in_.seek(start);
  }

 private:
  void bind(IndexSpace& space) {
    const Token where = in_.peek();
    const std::string_view name = in_.take_id();
    uint32_t index = 0;
    if (!space.add(name, index))
      in_.fail(where, fmt::format("duplicate {} ${}", space.noun(), name));
    if (const auto note = c_.take_name_note()) space.rename_last(*note);
  }

  void bind_field() {
    if (in_.kind() != TokenKind::keyword) return in_.unexpected();
    const std::string_view word = in_.text();
    if (word == "import") {
      refuse_late_import();
      in_.skip();
      return bind_import();
    }
    in_.skip();
    if (word == "type") return bind(c_.types);
    if (word == "rec") {
      while (in_.at_left() && !in_.failed()) {
        const uint32_t type = in_.at();
        if (!in_.take_list("type")) return in_.unexpected();
        bind(c_.types);
        in_.seek(type);
        in_.skip_list();
      }
      return;
    }
    if (word == "elem") return bind(c_.elems);
    if (word == "data") return bind(c_.datas);
    if (IndexSpace* space = space_of(c_, word)) return bind_definition(*space, word);
    // start and export bind nothing; anything else is refused by the second walk, at the same
    // place.
  }

  void refuse_late_import() {
    if (!defined_.empty()) in_.fail(fmt::format("import after {}", defined_));
  }

  /// A field with an index space: its inline import, and the segment its abbreviation makes.
  void bind_definition(IndexSpace& space, std::string_view word) {
    bind(space);
    while (in_.at_list("export")) in_.skip_list();
    if (in_.at_list("import")) return refuse_late_import();
    defined_ = space.noun();
    const bool table = word == "table";
    if (!table && word != "memory") return;
    IndexSpace& segments = table ? c_.elems : c_.datas;
    const std::string_view inline_word = table ? "elem" : "data";
    while (!in_.at_right() && !in_.at_end() && !in_.failed()) {
      if (in_.at_list(inline_word)) {
        uint32_t index = 0;
        segments.add({}, index);
        return;
      }
      if (in_.at_left()) {
        in_.skip_list();
      } else {
        in_.skip();
      }
    }
  }

  void bind_description() {
    if (!in_.take(TokenKind::left)) return in_.unexpected();
    IndexSpace* space = in_.kind() == TokenKind::keyword ? space_of(c_, in_.text()) : nullptr;
    if (space == nullptr) return in_.unexpected();
    in_.skip();
    bind(*space);
  }

  void bind_import() {
    in_.take(TokenKind::string);
    if (in_.take(TokenKind::string)) return bind_description();
    // Compact forms: items with a description each, or names that share the description behind
    // them.
    uint32_t shared = 0;
    while (in_.at_list("item") && !in_.failed()) {
      const uint32_t item = in_.at();
      in_.skip();
      in_.skip();
      in_.take(TokenKind::string);
      if (in_.at_left()) {
        bind_description();
      } else {
        ++shared;
      }
      in_.seek(item);
      in_.skip_list();
    }
    if (shared == 0) return;
    if (!in_.at_left()) return in_.unexpected();
    IndexSpace* space = in_.kind(1) == TokenKind::keyword ? space_of(c_, in_.text(1)) : nullptr;
    if (space == nullptr) {
      in_.skip();
      return in_.unexpected();
    }
    for (uint32_t index = 0; shared > 0; --shared) space->add({}, index);
  }

  Context& c_;
  Reader& in_;
  std::string_view defined_;  // kind of the first definition that imports may not follow
};

}  // namespace

IndexSpace* space_of(Context& c, std::string_view word) {
  if (word == "func") return &c.funcs;
  if (word == "table") return &c.tables;
  if (word == "memory") return &c.memories;
  if (word == "global") return &c.globals;
  if (word == "tag") return &c.tags;
  return nullptr;
}

void bind_fields(Context& c) { Binder(c).run(); }

}  // namespace weft::text
