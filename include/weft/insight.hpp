/// @file
/// What the guest does: traces of its calls to the host, profiles of its functions.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "weft/store.hpp"

namespace weft {
inline namespace v0 {

/// Calls of host functions that trace() reports.
enum class TraceWhat : uint32_t {
  wasi = WEFT_TRACE_WASI,  ///< with the names and meaning of their parameters
  host = WEFT_TRACE_HOST,  ///< all others
  all = WEFT_TRACE_WASI | WEFT_TRACE_HOST
};

/// Calls `sink(std::string_view line)` for each call of a host function that is linked in `store`
/// from now on. `sink` is borrowed: it must live as long as the store. It must not use the store,
/// nor throw.
template <class Sink>
void trace(StoreRef store, TraceWhat what, Sink& sink) {
  weft_store_trace(
      store.c_api(), static_cast<uint32_t>(what),
      [](void* env, const char* line, size_t size) {
        (*static_cast<Sink*>(env))(std::string_view(line, size));
      },
      &sink);
}

/// Samples of a store's guest. Must end before its store. Move-only; the store's thread.
class Profile {
 public:
  /// Needs Config::epochs(); start it after Store::set_deadline and on_epoch, and before host
  /// functions are linked. Errors: bad_config, bad_argument (the store has a profile already),
  /// out_of_memory.
  static Result<Profile> start(StoreRef store) {
    weft_profile_t* profile = nullptr;
    if (weft_error_t* e = weft_profile_start(store.c_api(), &profile)) return Error(e);
    return Profile(profile);
  }
  /// `outer;inner 12` for each stack: what flame graph tools read.
  std::string folded() const { return report(WEFT_PROFILE_FOLDED, {}); }
  /// JSON for profiler.firefox.com.
  std::string firefox(std::string_view title) const { return report(WEFT_PROFILE_FIREFOX, title); }
  /// A picture, SVG.
  std::string flame_graph(std::string_view title) const {
    return report(WEFT_PROFILE_FLAME_GRAPH, title);
  }
  /// Samples so far.
  uint64_t samples() const { return weft_profile_samples(profile_.get()); }

 private:
  explicit Profile(weft_profile_t* p) : profile_(p) {}
  std::string report(weft_profile_format_t format, std::string_view title) const {
    return detail::take(weft_profile_report(profile_.get(), format, title.data(), title.size()));
  }
  std::unique_ptr<weft_profile_t, detail::Deleter<weft_profile_delete>> profile_;
};

}  // namespace v0
}  // namespace weft
