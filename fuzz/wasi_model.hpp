// What a file system beneath one directory is: files, directories and symbolic links in memory,
// with the host's rules for opening, renaming and removing. It says whether a call succeeds and
// what it then gives, not which error it gives otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::fuzz {

struct Node {
  enum class Kind : uint8_t { file, directory, link };
  Kind kind = Kind::file;
  std::string data;  ///< Of a file; of a link where it points to.
  std::map<std::string, std::shared_ptr<Node>> entries;
  bool removed = false;  ///< A directory that is only held open: nothing can be made in it.
};
using NodePtr = std::shared_ptr<Node>;

class FileModel {
 public:
  struct OpenFlags {
    bool create = false, directory = false, exclusive = false, truncate = false, follow = false;
    bool read = true, write = false;
  };

  FileModel() : root_(directory()) {}
  const NodePtr& root() const { return root_; }

  /// Null: fails. Paths are relative to `base`, and nothing above it is reached.
  NodePtr open(const NodePtr& base, std::string_view path, const OpenFlags& flags);
  NodePtr stat(const NodePtr& base, std::string_view path, bool follow);
  bool create_directory(const NodePtr& base, std::string_view path);
  bool remove_directory(const NodePtr& base, std::string_view path);
  bool unlink(const NodePtr& base, std::string_view path);
  bool symlink(const NodePtr& base, std::string_view target, std::string_view path);
  bool link(const NodePtr& from, std::string_view old_path, const NodePtr& to,
            std::string_view new_path);
  bool rename(const NodePtr& from, std::string_view old_path, const NodePtr& to,
              std::string_view new_path);

  /// "path kind contents" of everything, sorted.
  std::vector<std::string> list() const;

 private:
  static NodePtr directory() {
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::directory;
    return node;
  }
  struct Place {
    bool found = false;          ///< The way to the last name exists.
    std::vector<NodePtr> above;  ///< From the base to the directory that holds the name.
    std::string name;            ///< Empty where the path ends in "." or "..".
    NodePtr node;                ///< Null: no such entry.
    const NodePtr& parent() const { return above.back(); }
    bool can_be_made() const {
      return found && !name.empty() && node == nullptr && !parent()->removed;
    }
    bool is_entry() const { return found && !name.empty() && node != nullptr; }
  };
  static Place find(const NodePtr& base, std::string_view path, bool follow);

  NodePtr root_;
};

}  // namespace weft::fuzz
