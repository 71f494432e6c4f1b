// Symbolic identifiers (spec 6.3.5, 6.1.3): one name space per index space, shadowing labels,
// locals.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weft::text {

/// (index, name) pairs in order of index: what a map of the name section holds.
using NameList = std::vector<std::pair<uint32_t, std::string_view>>;

/// One index space of a module. Names borrow the source.
class IndexSpace {
 public:
  explicit IndexSpace(std::string_view noun) : noun_(noun) {}

  /// Takes the next index. False if the name is bound already.
  bool add(std::string_view name, uint32_t& index) {
    index = count_++;
    if (name.empty()) return true;
    names_.emplace_back(index, name);
    return by_name_.emplace(name, index).second;
  }
  std::optional<uint32_t> find(std::string_view name) const {
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) return std::nullopt;
    return it->second;
  }
  /// What the newest entry is called in the name section, whatever its identifier is.
  void rename_last(std::string_view name) {
    if (!names_.empty() && names_.back().first == count_ - 1) {
      names_.back().second = name;
    } else {
      names_.emplace_back(count_ - 1, name);
    }
  }
  uint32_t count() const { return count_; }
  /// What the spec calls an entry: "unknown <noun>", "duplicate <noun>".
  std::string_view noun() const { return noun_; }
  const NameList& names() const { return names_; }

 private:
  std::string_view noun_;
  uint32_t count_ = 0;
  std::unordered_map<std::string_view, uint32_t> by_name_;
  NameList names_;
};

/// Parameters and locals of the function being read. Most have few names, so the map is only made
/// past a handful.
class LocalScope {
 public:
  void clear() {
    count_ = 0;
    names_.clear();
    notes_.clear();
    if (!by_name_.empty()) by_name_ = {};
  }
  /// Takes the next index; an empty name is no name. False if the name is bound already.
  bool add(std::string_view name) {
    const uint32_t index = count_++;
    if (name.empty()) return true;
    if (find(name)) return false;
    names_.emplace_back(index, name);
    if (!by_name_.empty()) {
      by_name_.emplace(name, index);
    } else if (names_.size() > kLinear) {
      for (const auto& [i, n] : names_) by_name_.emplace(n, i);
    }
    return true;
  }
  void skip(uint32_t n) { count_ += n; }
  /// What the newest entry is called in the name section, whatever its identifier is; the
  /// identifier still finds it.
  void annotate_last(std::string_view name) { notes_.emplace_back(count_ - 1, name); }
  std::optional<uint32_t> find(std::string_view name) const {
    if (by_name_.empty()) {
      for (const auto& [index, n] : names_) {
        if (n == name) return index;
      }
      return std::nullopt;
    }
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) return std::nullopt;
    return it->second;
  }
  uint32_t count() const { return count_; }
  /// For the name section: identifiers, with annotations in their place.
  NameList names() const {
    if (notes_.empty()) return names_;
    NameList out;
    auto note = notes_.begin();
    for (const auto& entry : names_) {
      while (note != notes_.end() && note->first < entry.first) out.push_back(*note++);
      out.push_back(note != notes_.end() && note->first == entry.first ? *note++ : entry);
    }
    out.insert(out.end(), note, notes_.end());
    return out;
  }

 private:
  static constexpr size_t kLinear = 12;
  uint32_t count_ = 0;
  NameList names_;
  NameList notes_;
  std::unordered_map<std::string_view, uint32_t> by_name_;
};

/// Labels in scope, innermost last; an inner one shadows an outer one of the same name. All steps
/// take constant time.
class LabelScope {
 public:
  void clear() {
    labels_.clear();
    top_.clear();
  }
  void push(std::string_view name) {
    Label label{name, kNone};
    if (!name.empty()) {
      auto [it, fresh] = top_.emplace(name, kNone);
      label.shadowed = it->second;
      it->second = static_cast<uint32_t>(labels_.size());
    }
    labels_.push_back(label);
  }
  void pop() {
    const Label label = labels_.back();
    labels_.pop_back();
    if (label.name.empty()) return;
    if (label.shadowed == kNone) {
      top_.erase(label.name);
    } else {
      top_[label.name] = label.shadowed;
    }
  }
  /// The relative depth of a name.
  std::optional<uint32_t> find(std::string_view name) const {
    const auto it = top_.find(name);
    if (it == top_.end()) return std::nullopt;
    return static_cast<uint32_t>(labels_.size()) - 1 - it->second;
  }
  std::string_view innermost() const { return labels_.back().name; }

 private:
  static constexpr uint32_t kNone = ~uint32_t{0};
  struct Label {
    std::string_view name;
    uint32_t shadowed;
  };
  std::vector<Label> labels_;
  std::unordered_map<std::string_view, uint32_t> top_;
};

}  // namespace weft::text
