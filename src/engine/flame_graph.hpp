// A flame graph: stacks as boxes, as wide as their time (Gregg, "The Flame Graph", CACM 59.6,
// 2016).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weft::engine {

/// A node of a tree of stacks; the first is the root, and parents come before their children.
struct FlameNode {
  uint32_t parent = 0;
  std::string_view name;
  uint64_t self = 0;  ///< Samples that end here.
};

/// Names and title are printable (engine/printable.hpp). SVG without scripts; a box shows name,
/// samples and share when pointed at. Boxes narrower than a third of a pixel are left out.
std::string draw_flame_graph(std::span<const FlameNode> nodes, std::string_view title);

}  // namespace weft::engine
