// Profiles as files for other programs: hostile names, well-formed pictures, what a folded line is.
#include "engine/profile.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "engine/flame_graph.hpp"
#include "engine/printable.hpp"

namespace weft::engine {
namespace {

TEST(Printable, WhatNoFormatWants) {
  struct Row {
    std::string_view in;
    std::string_view out;
  };
  using namespace std::string_view_literals;
  const Row rows[] = {
      {"plain name", "plain name"},
      {""sv, ""sv},
      {"a\0b"sv, "a?b"sv},
      {"line\nbreak\ttab\r\x1b[31m", "line?break?tab??[31m"},
      {"\x7f", "?"},
      {"grün 😀", "grün 😀"},
      {"\xc2\x85 \xc2\x9b\xc2\xa0", "? ?\xc2\xa0"},                // C1, and a space
      {"\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", "??\xef\xbf\xbd"},  // no characters
      {"\xff", "\xef\xbf\xbd"},                                    // malformed
      {"a\xc3", "a\xef\xbf\xbd"},                                  // cut off
      {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},    // a surrogate
      {"\xf5\x80\x80\x80z", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz"},  // too high
  };
  for (const Row& row : rows) EXPECT_EQ(printable(row.in), row.out) << row.in;
}

/// Is it well-formed XML, as far as draw_flame_graph goes: elements nest, attributes are quoted,
/// text and attributes have no bare `<` or `&`? Says what is wrong, or nothing.
std::string wrong_with(std::string_view svg) {
  std::vector<std::string> open;
  const auto entity_ok = [](std::string_view rest) {
    for (const std::string_view e : {"&lt;", "&gt;", "&amp;", "&quot;"}) {
      if (rest.starts_with(e)) return true;
    }
    return false;
  };
  size_t roots = 0;
  for (size_t i = 0; i < svg.size(); ++i) {
    if (svg[i] == '&' && !entity_ok(svg.substr(i))) return "a bare &";
    if (svg[i] == '>') return "a bare >";
    if (svg[i] != '<') continue;
    const bool closing = i + 1 < svg.size() && svg[i + 1] == '/';
    size_t end = i + 1 + closing;
    const size_t name_begin = end;
    while (end < svg.size() && svg[end] >= 'a' && svg[end] <= 'z') ++end;
    const std::string name(svg.substr(name_begin, end - name_begin));
    if (name.empty()) return "an element without a name";
    if (open.empty() && !closing && roots++ != 0) return "two roots";
    bool quoted = false;
    for (; end < svg.size() && (quoted || svg[end] != '>'); ++end) {
      if (svg[end] == '"') quoted = !quoted;
      if (svg[end] == '<') return "< inside an element";
      if (svg[end] == '&' && !entity_ok(svg.substr(end))) return "a bare & in an element";
    }
    if (end == svg.size()) return "an element without an end";
    if (closing) {
      if (open.empty() || open.back() != name) return "</" + name + "> closes something else";
      open.pop_back();
    } else if (svg[end - 1] != '/') {
      open.push_back(name);
    }
    i = end;
  }
  return open.empty() ? "" : "<" + open.back() + "> is open";
}

TEST(FlameGraph, IsWellFormedWhateverTheNames) {
  std::string long_name;
  for (int i = 0; i < 500; ++i) long_name += "<\"ü&";
  const std::string names[] = {"all",     R"(<script>alert("&amp;")</script>)",
                               "]]>",     "\"><g onclick='x'>",
                               long_name, "",
                               "&#x0;",   "<!--"};
  std::vector<FlameNode> nodes;
  for (uint32_t i = 0; i < std::size(names); ++i)
    nodes.push_back({i == 0 ? 0 : i - 1, names[i], i});
  for (uint32_t i = 1; i < std::size(names); ++i) nodes.push_back({0, names[i], i});
  for (const std::string& title : names) {
    const std::string svg = draw_flame_graph(nodes, title);
    EXPECT_EQ(wrong_with(svg), "") << title;
    EXPECT_TRUE(is_valid_utf8(svg));
    EXPECT_EQ(svg.find("<script"), std::string::npos);
  }
  EXPECT_EQ(wrong_with(draw_flame_graph({}, "nothing")), "");
  const FlameNode root{0, "all", 0};
  EXPECT_EQ(wrong_with(draw_flame_graph({&root, 1}, "no samples")), "");
}

TEST(FlameGraph, TheCheckerSeesWhatIsWrong) {
  EXPECT_NE(wrong_with("<g><text></g></text>"), "");
  EXPECT_NE(wrong_with("<g>a & b</g>"), "");
  EXPECT_NE(wrong_with("<g a=\"<\"/>"), "");
  EXPECT_NE(wrong_with("<g>"), "");
  EXPECT_NE(wrong_with("<g/><g/>"), "");
  EXPECT_EQ(wrong_with("<g a=\"&lt;\"><text>x &amp; y</text></g>"), "");
}

TEST(FlameGraph, WidthsAreShares) {
  // all (100): a 75 of which b has 50, c 25.
  const FlameNode nodes[] = {{0, "all", 0}, {0, "a", 25}, {1, "b", 50}, {0, "c", 25}};
  const std::string svg = draw_flame_graph(nodes, "t");
  EXPECT_NE(svg.find("<title>all (100 samples, 100.00 %)</title>"), std::string::npos);
  EXPECT_NE(svg.find("<title>a (75 samples, 75.00 %)</title>"), std::string::npos);
  EXPECT_NE(svg.find("<title>b (50 samples, 50.00 %)</title>"), std::string::npos);
  EXPECT_NE(svg.find("<title>c (25 samples, 25.00 %)</title>"), std::string::npos);
  EXPECT_NE(svg.find("t: 100 samples"), std::string::npos);
}

TEST(FlameGraph, NothingOverflowsWithDeepOrWideTrees) {
  std::vector<FlameNode> deep;
  for (uint32_t i = 0; i < 5000; ++i) deep.push_back({i == 0 ? 0 : i - 1, "f", 1});
  EXPECT_EQ(wrong_with(draw_flame_graph(deep, "deep")), "");
  std::vector<FlameNode> wide{{0, "all", 0}};
  for (uint32_t i = 0; i < 20000; ++i) wide.push_back({0, "g", 1});
  const std::string svg = draw_flame_graph(wide, "wide");
  EXPECT_EQ(wrong_with(svg), "");
  EXPECT_LT(svg.size(), 100'000u);  // boxes that nobody could see are left out
}

}  // namespace
}  // namespace weft::engine
