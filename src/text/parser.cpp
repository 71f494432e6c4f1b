#include "text/parser.hpp"

#include <algorithm>

#include "text/binder.hpp"
#include "text/context.hpp"
#include "text/fields_parser.hpp"
#include "text/lexer.hpp"
#include "text/name_section.hpp"
#include "text/source_error.hpp"

namespace weft::text {
namespace {

class Assembler {
 public:
  explicit Assembler(const Context& c) : c_(c) {}

  std::vector<std::byte> run(const Options& options) {
    out_.header();
    counted(SectionId::type, c_.type_section);
    counted(SectionId::import, c_.import_section);
    counted(SectionId::function, c_.func_section);
    counted(SectionId::table, c_.table_section);
    counted(SectionId::memory, c_.memory_section);
    counted(SectionId::tag, c_.tag_section);
    counted(SectionId::global, c_.global_section);
    counted(SectionId::export_, c_.export_section);
    single(SectionId::start, c_.start);
    counted(SectionId::element, c_.elem_section);
    single(SectionId::data_count,
           c_.needs_data_count ? std::optional<uint32_t>(c_.data_section.count) : std::nullopt);
    customs_before(rank_of(SectionId::code));
    write_branch_hints(c_, out_);
    counted(SectionId::code, c_.code_section);
    counted(SectionId::data, c_.data_section);
    if (options.names) write_name_section(c_, out_);
    customs_at(~uint32_t{0});
    return out_.take();
  }

  /// Marks of buffers as offsets in the module; after run().
  std::vector<SourcePlace> places() const {
    std::vector<SourcePlace> out = singles_;
    for (const SourceMark& mark : c_.marks) {
      for (const auto& [buffer, start] : starts_) {
        if (buffer == mark.buffer) out.push_back({start + mark.offset, mark.text});
      }
    }
    std::ranges::sort(out, {}, [](SourcePlace p) { return std::pair(p.offset, p.text); });
    return out;
  }

 private:
  void counted(SectionId id, const SectionBuffer& section) {
    customs_before(rank_of(id));
    if (section.count != 0) {
      const auto mark = out_.begin_section(id);
      out_.u32(section.count);
      out_.raw(section.bytes.bytes());
      out_.end_section(mark);
      starts_.emplace_back(&section.bytes,
                           static_cast<uint32_t>(out_.size() - section.bytes.size()));
    }
    customs_at(2 * rank_of(id) + 1);
  }
  void single(SectionId id, std::optional<uint32_t> value) {
    customs_before(rank_of(id));
    if (value) {
      const auto mark = out_.begin_section(id);
      out_.u32(*value);
      out_.end_section(mark);
      if (id == SectionId::start) singles_.push_back({static_cast<uint32_t>(mark), c_.start_text});
    }
    customs_at(2 * rank_of(id) + 1);
  }
  void customs_before(uint32_t rank) { customs_at(2 * rank); }
  /// Custom sections from annotations are sorted by place.
  void customs_at(uint32_t place) {
    for (; next_custom_ < c_.customs.size() && c_.customs[next_custom_].place <= place;
         ++next_custom_) {
      const auto mark = out_.begin_custom(c_.customs[next_custom_].name);
      out_.raw(std::string_view(c_.customs[next_custom_].contents));
      out_.end_section(mark);
    }
  }

  const Context& c_;
  Encoder out_;
  size_t next_custom_ = 0;
  std::vector<std::pair<const Encoder*, uint32_t>> starts_;  // contents of counted sections
  std::vector<SourcePlace> singles_;
};

}  // namespace

Result<std::vector<std::byte>> parse_fields(const TokenList& list, TokenRange fields,
                                            std::string_view module_name, const Options& options) {
  Context c(list, fields);
  c.module_name = module_name;
  c.keep_marks = options.places != nullptr;
  if (!options.features.has(wasm::Feature::memory64)) c.max_limit = ~uint32_t{0};
  collect_annotations(c, fields);
  bind_fields(c);
  FieldsParser parser(c);
  parser.parse_types();
  parser.parse_fields();
  refuse_misplaced_annotations(c, fields, parser.hints_taken());
  if (c.in.failed()) return std::unexpected(c.in.take_error());
  Assembler assembler(c);
  auto bytes = assembler.run(options);
  if (options.places != nullptr) *options.places = assembler.places();
  return bytes;
}

Result<std::vector<std::byte>> parse_module(std::string_view source, const Options& options) {
  WEFT_ASSIGN(const TokenList list, lex(source));
  TokenRange fields{0, static_cast<uint32_t>(list.tokens.size() - 1)};
  Reader in(list, fields);
  std::string_view name;
  if (in.at_list("module")) {
    const uint32_t last = in.peek().match;
    in.skip();
    in.skip();
    name = in.take_id();
    const uint32_t first = in.at();
    in.seek(last + 1);
    if (!in.at_end()) {
      in.unexpected();
      return std::unexpected(in.take_error());
    }
    fields = {first, last};
  }
  return parse_fields(list, fields, name, options);
}

Error place_error(std::string_view source, Error error) {
  if (error.offset == Error::kNoOffset) return error;
  std::vector<SourcePlace> places;
  Options options;
  options.places = &places;
  if (!parse_module(source, options)) return error;
  auto place = std::ranges::upper_bound(places, error.offset, {}, &SourcePlace::offset);
  if (place == places.begin()) return error;
  --place;
  return Error(error.code, render_source_error(source, place->text, error.message), place->text);
}

}  // namespace weft::text
