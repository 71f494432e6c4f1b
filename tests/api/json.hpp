// A strict reader of JSON (RFC 8259), for tests: says whether a text is JSON, and what is in it.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weft_test {

class Json {
 public:
  static Json parse(std::string_view text) {
    Reader r{text, 0, {}};
    Json out = r.value(0);
    r.space();
    if (r.error.empty() && r.at != text.size()) r.fail("something behind the value");
    out.error_ = r.error;
    return out;
  }
  bool ok() const { return error_.empty(); }
  const std::string& error() const { return error_; }

  bool is_null() const { return kind_ == Kind::null; }
  double number() const { return kind_ == Kind::number ? number_ : -1; }
  const std::string& text() const { return text_; }
  size_t size() const { return list_.size(); }
  /// Null if there is none.
  template <std::integral I>
  const Json& operator[](I index) const {
    const auto i = static_cast<size_t>(index);
    return i < list_.size() ? list_[i] : nothing();
  }
  const Json& operator[](std::string_view key) const {
    const auto found = object_.find(key);
    return found != object_.end() ? found->second : nothing();
  }

 private:
  enum class Kind : uint8_t { null, boolean, number, text, list, object };
  static const Json& nothing() {
    static const Json null;
    return null;
  }

  struct Reader {
    std::string_view in;
    size_t at = 0;
    std::string error;

    void fail(const char* what) {
      if (error.empty()) error = what + (" at byte " + std::to_string(at));
    }
    void space() {
      while (at < in.size() && std::string_view(" \t\r\n").find(in[at]) != std::string_view::npos)
        ++at;
    }
    bool take(char c) {
      space();
      if (at == in.size() || in[at] != c) return false;
      ++at;
      return true;
    }
    bool word(std::string_view w) {
      if (!in.substr(at).starts_with(w)) return false;
      at += w.size();
      return true;
    }
    Json value(int depth) {
      Json out;
      space();
      if (depth > 50 || at == in.size()) return fail("no value"), out;
      if (in[at] == '{') return object(depth);
      if (in[at] == '[') return list(depth);
      if (in[at] == '"') {
        out.kind_ = Kind::text;
        out.text_ = string();
        return out;
      }
      if (word("null")) return out;
      if (word("true") || word("false")) {
        out.kind_ = Kind::boolean;
        return out;
      }
      return number();
    }
    Json object(int depth) {
      Json out;
      out.kind_ = Kind::object;
      ++at;
      if (take('}')) return out;
      do {
        space();
        if (at == in.size() || in[at] != '"') return fail("no name"), out;
        std::string key = string();
        if (!take(':')) return fail("no colon"), out;
        if (!out.object_.emplace(std::move(key), value(depth + 1)).second) fail("a name twice");
      } while (error.empty() && take(','));
      if (!take('}')) fail("no }");
      return out;
    }
    Json list(int depth) {
      Json out;
      out.kind_ = Kind::list;
      ++at;
      if (take(']')) return out;
      do {
        out.list_.push_back(value(depth + 1));
      } while (error.empty() && take(','));
      if (!take(']')) fail("no ]");
      return out;
    }
    void digits() {
      const size_t begin = at;
      while (at < in.size() && in[at] >= '0' && in[at] <= '9') ++at;
      if (at == begin) fail("no digit");
    }
    Json number() {
      Json out;
      out.kind_ = Kind::number;
      const size_t begin = at;
      word("-");
      if (!word("0")) digits();
      if (word(".")) digits();
      if (word("e") || word("E")) {
        if (!word("+")) word("-");
        digits();
      }
      out.number_ = std::strtod(std::string(in.substr(begin, at - begin)).c_str(), nullptr);
      return out;
    }
    /// Escapes of ASCII only, which is all that is made here.
    std::string string() {
      std::string out;
      for (++at; at < in.size() && in[at] != '"'; ++at) {
        if (static_cast<unsigned char>(in[at]) < 0x20) fail("a control character");
        if (in[at] != '\\') {
          out += in[at];
          continue;
        }
        if (++at == in.size()) break;
        const size_t plain = std::string_view("\"\\/bfnrt").find(in[at]);
        if (plain != std::string_view::npos) {
          out += "\"\\/\b\f\n\r\t"[plain];
        } else if (in[at] == 'u' && in.size() - at > 4) {
          out += static_cast<char>(
              std::strtoul(std::string(in.substr(at + 1, 4)).c_str(), nullptr, 16));
          at += 4;
        } else {
          fail("an unknown escape");
        }
      }
      if (at == in.size()) fail("a text without end");
      ++at;
      return out;
    }
  };

  Kind kind_ = Kind::null;
  double number_ = 0;
  std::string text_;
  std::vector<Json> list_;
  std::map<std::string, Json, std::less<>> object_;
  std::string error_;
};

}  // namespace weft_test
