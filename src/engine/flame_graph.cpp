#include "engine/flame_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/wrapping.hpp"

namespace weft::engine {
namespace {

constexpr double kWidth = 1200;
constexpr double kRow = 17;
constexpr double kTop = 34;
constexpr double kNarrowest = 1.0 / 3;
constexpr double kLetter = 6.6;  // of the 11 px monospace font

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

/// At most `bytes` of it, whole characters.
std::string begin_of(std::string_view text, size_t bytes) {
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return std::string(text.substr(0, bytes));
}

/// Warm, and the same for the same name.
std::string colour(std::string_view name) {
  uint32_t h = 2166136261u;  // FNV-1a
  for (const char c : name) h = wrapping_mul(h ^ static_cast<unsigned char>(c), 16777619u);
  return fmt::format("rgb({},{},{})", 205 + h % 50, 90 + (h >> 8) % 120, 40 + (h >> 16) % 50);
}

struct Box {
  double x = 0;
  double width = 0;
  uint32_t depth = 0;
};

}  // namespace

std::string draw_flame_graph(std::span<const FlameNode> nodes, std::string_view title) {
  std::vector<uint64_t> total(nodes.size());
  for (size_t i = nodes.size(); i != 0;) {
    --i;
    total[i] += nodes[i].self;
    if (i != 0) total[nodes[i].parent] += total[i];
  }
  // Siblings in the order of their names, so that the same program gives the same picture.
  std::vector<uint32_t> order(nodes.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::vector<Box> boxes(nodes.size());
  uint32_t deepest = 0;
  for (size_t i = 1; i < nodes.size(); ++i) {
    boxes[i].depth = boxes[nodes[i].parent].depth + 1;
    deepest = std::max(deepest, boxes[i].depth);
  }
  std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
    if (boxes[a].depth != boxes[b].depth) return boxes[a].depth < boxes[b].depth;
    if (nodes[a].name != nodes[b].name) return nodes[a].name < nodes[b].name;
    return a < b;
  });
  const uint64_t all = nodes.empty() ? 0 : total[0];
  std::vector<double> filled(nodes.size());  // how much of a box its children take so far
  for (const uint32_t i : order) {
    boxes[i].width =
        all == 0 ? 0 : kWidth * static_cast<double>(total[i]) / static_cast<double>(all);
    if (i == 0) continue;
    const uint32_t parent = nodes[i].parent;
    boxes[i].x = boxes[parent].x + filled[parent];
    filled[parent] += boxes[i].width;
  }

  const double height = kTop + (deepest + 1) * kRow + 8;
  std::string out = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" )"
      R"(font-family="monospace" font-size="11">)"
      R"(<rect width="{0}" height="{1}" fill="#fffdf7"/>)"
      R"(<text x="{2}" y="20" text-anchor="middle" font-size="14">{3}: {4} samples</text>)"
      "\n",
      kWidth, height, kWidth / 2, escaped(title), all);
  for (const uint32_t i : order) {
    const Box& box = boxes[i];
    if (box.width < kNarrowest) continue;
    const double y = height - 8 - (box.depth + 1) * kRow;
    const std::string name = escaped(nodes[i].name);
    out += fmt::format(
        R"(<g><title>{} ({} samples, {:.2f} %)</title><rect x="{:.2f}" y="{:.1f}" width="{:.2f}" )"
        R"(height="{}" fill="{}" rx="2"/>)",
        name, total[i], 100 * box.width / kWidth, box.x, y, std::max(box.width - 0.5, kNarrowest),
        kRow - 1, colour(nodes[i].name));
    const auto letters = static_cast<size_t>((box.width - 6) / kLetter);
    if (box.width > 6 + 3 * kLetter) {
      const std::string_view whole = nodes[i].name;
      const std::string shown =
          whole.size() <= letters ? std::string(whole) : begin_of(whole, letters - 2) + "..";
      out += fmt::format(R"(<text x="{:.2f}" y="{:.1f}">{}</text>)", box.x + 3, y + 12,
                         escaped(shown));
    }
    out += "</g>\n";
  }
  return out + "</svg>\n";
}

}  // namespace weft::engine
