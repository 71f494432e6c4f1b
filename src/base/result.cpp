#include "base/result.hpp"

namespace weft {

std::string_view to_string(ErrorCode code) {
  switch (code) {
#define WEFT_ERROR(id, text) \
  case ErrorCode::id: return text;
#include "base/errors.def"
#undef WEFT_ERROR
  }
  return "unknown error";
}

}  // namespace weft
