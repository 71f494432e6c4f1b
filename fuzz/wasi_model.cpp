// Path resolution as openat2 with RESOLVE_BENEATH does it, and the rules of rename(2) and friends.
#include "wasi_model.hpp"

#include <algorithm>
#include <deque>

namespace weft::fuzz {
namespace {

constexpr unsigned kMostLinks = 40;

bool split(std::string_view path, std::deque<std::string>& out, bool in_front) {
  if (path.empty() || path.front() == '/') return false;
  std::deque<std::string> parts;
  while (!path.empty()) {
    const size_t slash = path.find('/');
    if (slash != 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  out.insert(in_front ? out.begin() : out.end(), parts.begin(), parts.end());
  return true;
}

bool contains(const NodePtr& top, const NodePtr& wanted) {
  std::vector<NodePtr> pending = {top};
  while (!pending.empty()) {
    const NodePtr node = pending.back();
    pending.pop_back();
    if (node == wanted) return true;
    for (const auto& [name, child] : node->entries) pending.push_back(child);
  }
  return false;
}

}  // namespace

FileModel::Place FileModel::find(const NodePtr& base, std::string_view path, bool follow) {
  Place place;
  place.above = {base};
  std::deque<std::string> parts;
  if (!split(path, parts, false)) return place;
  unsigned links = 0;
  while (!parts.empty()) {
    const std::string part = parts.front();
    parts.pop_front();
    const bool last = parts.empty();
    if (part == "." || part == "..") {
      if (part == "..") {
        if (place.above.size() == 1) return place;  // above the base
        place.above.pop_back();
      }
      if (last) {
        place.found = true;
        place.node = place.parent();
        place.name.clear();
      }
      continue;
    }
    const auto entry = place.parent()->entries.find(part);
    const NodePtr node = entry == place.parent()->entries.end() ? nullptr : entry->second;
    if (node != nullptr && node->kind == Node::Kind::link && (!last || follow)) {
      if (++links > kMostLinks || !split(node->data, parts, true)) return place;
      continue;
    }
    if (last) {
      place.found = true;
      place.name = part;
      place.node = node;
    } else if (node == nullptr || node->kind != Node::Kind::directory) {
      return place;
    } else {
      place.above.push_back(node);
    }
  }
  return place;
}

NodePtr FileModel::open(const NodePtr& base, std::string_view path, const OpenFlags& flags) {
  Place place = find(base, path, flags.follow && !(flags.create && flags.exclusive));
  if (!place.found) return nullptr;
  if (place.node == nullptr) {
    if (!flags.create || flags.directory || !place.can_be_made()) return nullptr;
    return place.parent()->entries[place.name] = std::make_shared<Node>();
  }
  if (flags.create && flags.exclusive) return nullptr;
  switch (place.node->kind) {
    case Node::Kind::link: return nullptr;
    case Node::Kind::directory:
      if (flags.create || flags.truncate || flags.write) return nullptr;
      break;
    case Node::Kind::file:
      if (flags.directory) return nullptr;
      if (flags.truncate) place.node->data.clear();
      break;
  }
  return place.node;
}

NodePtr FileModel::stat(const NodePtr& base, std::string_view path, bool follow) {
  const Place place = find(base, path, follow);
  return place.found ? place.node : nullptr;
}

bool FileModel::create_directory(const NodePtr& base, std::string_view path) {
  const Place place = find(base, path, false);
  if (!place.can_be_made()) return false;
  place.parent()->entries[place.name] = directory();
  return true;
}

bool FileModel::remove_directory(const NodePtr& base, std::string_view path) {
  const Place place = find(base, path, false);
  if (!place.is_entry() || place.node->kind != Node::Kind::directory ||
      !place.node->entries.empty())
    return false;
  place.node->removed = true;
  place.parent()->entries.erase(place.name);
  return true;
}

bool FileModel::unlink(const NodePtr& base, std::string_view path) {
  const Place place = find(base, path, false);
  if (!place.is_entry() || place.node->kind == Node::Kind::directory) return false;
  place.parent()->entries.erase(place.name);
  return true;
}

bool FileModel::symlink(const NodePtr& base, std::string_view target, std::string_view path) {
  const Place place = find(base, path, false);
  if (!place.can_be_made()) return false;
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::link;
  node->data = target;
  place.parent()->entries[place.name] = std::move(node);
  return true;
}

bool FileModel::link(const NodePtr& from, std::string_view old_path, const NodePtr& to,
                     std::string_view new_path) {
  const Place source = find(from, old_path, false), target = find(to, new_path, false);
  if (!source.is_entry() || source.node->kind == Node::Kind::directory || !target.can_be_made())
    return false;
  target.parent()->entries[target.name] = source.node;
  return true;
}

bool FileModel::rename(const NodePtr& from, std::string_view old_path, const NodePtr& to,
                       std::string_view new_path) {
  const Place source = find(from, old_path, false), target = find(to, new_path, false);
  if (!source.is_entry() || !target.found || target.name.empty() || target.parent()->removed)
    return false;
  const bool moves_directory = source.node->kind == Node::Kind::directory;
  if (target.node == source.node) return true;
  if (moves_directory) {
    if (contains(source.node, target.parent())) return false;
    if (target.node != nullptr &&
        (target.node->kind != Node::Kind::directory || !target.node->entries.empty()))
      return false;
  } else if (target.node != nullptr && target.node->kind == Node::Kind::directory) {
    return false;
  }
  if (target.node != nullptr) target.node->removed = true;
  const NodePtr node = source.node;
  source.parent()->entries.erase(source.name);
  target.parent()->entries[target.name] = node;
  return true;
}

std::vector<std::string> FileModel::list() const {
  std::vector<std::string> lines;
  std::vector<std::pair<std::string, NodePtr>> pending = {{"", root_}};
  while (!pending.empty()) {
    const auto [path, node] = pending.back();
    pending.pop_back();
    for (const auto& [name, child] : node->entries) {
      const std::string at = path + "/" + name;
      switch (child->kind) {
        case Node::Kind::file: lines.push_back(at + " file " + child->data); break;
        case Node::Kind::link: lines.push_back(at + " link " + child->data); break;
        case Node::Kind::directory:
          lines.push_back(at + " directory");
          pending.emplace_back(at, child);
          break;
      }
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace weft::fuzz
