#include "cli/invoke.hpp"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>

#include "cli/exit_codes.hpp"
#include "cli/report.hpp"

namespace weft::cli {
namespace {

/// Accepts the signed and the unsigned range, as wasm's own literals do.
template <class Signed>
std::optional<Signed> parse_integer(std::string_view text) {
  using Unsigned = std::make_unsigned_t<Signed>;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  Unsigned magnitude = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), magnitude, hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (!negative) return static_cast<Signed>(magnitude);
  constexpr Unsigned kMost = Unsigned{1} << (std::numeric_limits<Unsigned>::digits - 1);
  if (magnitude > kMost) return std::nullopt;
  // Without a step that has no value: the least number has no opposite.
  return magnitude == 0 ? Signed{0} : static_cast<Signed>(-1 - static_cast<Signed>(magnitude - 1));
}

/// strtod, not std::from_chars: that and its tables are 0.3 MB of the static command.
template <class Float>
std::optional<Float> parse_float(const std::string& text) {
  if (text.empty() || std::isspace(static_cast<unsigned char>(text.front()))) return std::nullopt;
  char* end = nullptr;
  Float value;
  if constexpr (std::is_same_v<Float, float>) {
    value = std::strtof(text.c_str(), &end);
  } else {
    value = std::strtod(text.c_str(), &end);
  }
  if (end != text.c_str() + text.size()) return std::nullopt;
  return value;
}

/// As text that reads back as the same number.
template <class Float>
std::string format_float(Float v) {
  return fmt::format("{}", v);
}

template <class T>
Result<Val> accept(const std::optional<T>& value, weft_valkind_t kind, const std::string& text) {
  if (value) return Val(*value);
  return Error("expected a value of type " + std::string(kind_name(kind)) + ", found \"" + text +
               "\"");
}

}  // namespace

const char* kind_name(weft_valkind_t kind) {
  switch (kind) {
    case WEFT_I32: return "i32";
    case WEFT_I64: return "i64";
    case WEFT_F32: return "f32";
    case WEFT_F64: return "f64";
    case WEFT_V128: return "v128";
    case WEFT_FUNCREF: return "funcref";
    case WEFT_EXTERNREF: return "externref";
    case WEFT_ANYREF: return "anyref";
    case WEFT_EXNREF: return "exnref";
  }
  return "?";
}

Result<Val> parse_value(weft_valkind_t kind, const std::string& text) {
  switch (kind) {
    case WEFT_I32: return accept(parse_integer<int32_t>(text), kind, text);
    case WEFT_I64: return accept(parse_integer<int64_t>(text), kind, text);
    case WEFT_F32: return accept(parse_float<float>(text), kind, text);
    case WEFT_F64: return accept(parse_float<double>(text), kind, text);
    default:
      return Error("a value of type " + std::string(kind_name(kind)) +
                   " cannot be given on the command line");
  }
}

std::string format_value(const Val& value) {
  switch (value.kind()) {
    case WEFT_I32: return std::to_string(value.i32());
    case WEFT_I64: return std::to_string(value.i64());
    case WEFT_F32: return format_float(value.f32());
    case WEFT_F64: return format_float(value.f64());
    case WEFT_V128: {
      std::string text = "0x";
      char digits[3];
      const V128 v = value.v128();
      for (size_t i = v.bytes.size(); i != 0; --i) {
        std::snprintf(digits, sizeof digits, "%02x", v.bytes[i - 1]);
        text += digits;
      }
      return text;
    }
    default: {
      const weft_val_t& v = value.c_api();
      const bool null = v.kind == WEFT_FUNCREF ? v.of.funcref.store == 0 : v.of.ref.handle == 0;
      return std::string(kind_name(value.kind())) + (null ? " null" : "");
    }
  }
}

int invoke(StoreRef store, const Instance& instance, const std::string& file,
           const std::string& name, const std::vector<std::string>& args,
           const std::function<int(const Failure&)>& failed) {
  const auto func = instance.func(store, name);
  if (!func) {
    constexpr const char* kKinds[] = {"function", "table", "memory", "global", "tag"};
    const auto other = instance.export_of(store, name);
    print_error(
        file +
        (other ? ": export \"" + name + "\" is a " + kKinds[other->kind] + ", not a function"
               : ": no exported function \"" + name + "\" (weft inspect --exports lists them)"));
    return kUsage;
  }
  weft_functype_t* type = nullptr;
  if (weft_error_t* e = weft_func_type(store.c_api(), func->c_api(), &type)) {
    print_error(file, Error(e));
    return kRefused;
  }
  const std::unique_ptr<weft_functype_t, detail::Deleter<weft_functype_delete>> owned(type);
  const weft_valkind_t* kinds = nullptr;
  const size_t count = weft_functype_params(type, &kinds);
  if (args.size() != count) {
    std::string types;
    for (size_t i = 0; i < count; ++i)
      types += std::string(i == 0 ? " (" : ", ") + kind_name(kinds[i]);
    print_error(file + ": function \"" + name + "\" takes " + std::to_string(count) +
                (count == 1 ? " argument" : " arguments") + types + (count == 0 ? "" : ")") +
                ", found " + std::to_string(args.size()));
    return kUsage;
  }
  std::vector<Val> values;
  for (size_t i = 0; i < count; ++i) {
    auto value = parse_value(kinds[i], args[i]);
    if (!value) {
      print_error(file + ": argument " + std::to_string(i + 1) + " of \"" + name +
                  "\": " + std::string(value.error().message()));
      return kUsage;
    }
    values.push_back(*value);
  }
  const auto results = func->call(store, values);
  if (!results) return failed(results.error());
  for (const Val& v : *results) std::printf("%s\n", format_value(v).c_str());
  return kOk;
}

}  // namespace weft::cli
