// Where in the guest's source an instruction of a module comes from.
#include "dwarf/debug_info.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/module_info.hpp"

namespace weft::runtime {

std::vector<dwarf::SourceFrame> ModuleInfo::sources(uint32_t offset) const {
  try {
    std::call_once(debug_info_once_, [this] {
      auto info = std::make_shared<dwarf::DebugInfo>(*module, module);
      if (info->present()) debug_info_ = std::move(info);
    });
    if (debug_info_ != nullptr) return debug_info_->find(offset);
  } catch (const std::bad_alloc&) {
    // A backtrace without lines is better than none.
  }
  return {};
}

}  // namespace weft::runtime
