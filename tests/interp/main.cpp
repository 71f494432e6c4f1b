// Runs the tests, and then asks whether every instruction of isa.def was in some function that ran.
#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

#include "world.hpp"

namespace weft::testing {
namespace {

using interp::Code;

struct Excuse {
  std::string_view part;  // of the name
  std::string_view reason;
};
/// What other tests run, or nothing can. Everything else must have been seen.
constexpr Excuse kExcuses[] = {
    {"v128", "vectors: the official suite and the tests of engine/"},
    {"8x16", "vectors"},
    {"16x8", "vectors"},
    {"32x4", "vectors"},
    {"64x2", "vectors"},
    {"shuffle", "vectors"},
    {"select_v", "vectors"},
    {"mov_v", "vectors"},
    {"global_get_v", "vectors"},
    {"global_set_v", "vectors"},
    {"load_general_v", "vectors"},
    {"store_general_v", "vectors"},
    {"struct", "references: engine/gc_test.cpp and the official suite"},
    {"array", "references"},
    {"ref_", "references"},
    {"i31", "references"},
    {"br_cast", "references"},
    {"throw", "exceptions: the official suite"},
    {"mov_br", "exceptions"},
    {"atomic", "threads: engine/threads_test.cpp and the official suite"},
    {"check_access", "the option memory_check: tests/scale"},
    {"allocator_", "the option memory_check"},
    {"_canonical", "the option canonical_nans: engine/nan_test.cpp"},
    {"exit_", "in no function: the word that frames made by the host return to"},
    {"nop", "padding; nothing emits it"},
    {"translate", "in no function: the entry of functions without code"},
    {"i32_sub.ai", "x - c is emitted as x + -c"},
    {"i64_sub.ai", "x - c is emitted as x + -c"},
};
bool excused(std::string_view name) {
  for (const Excuse& e : kExcuses) {
    if (name.find(e.part) != std::string_view::npos) return true;
  }
  // Left operand and address cannot both be in the integer accumulator.
  return name[0] == 'i' && name.find("_load") != std::string_view::npos &&
         name.find(".aa") != std::string_view::npos;
}

class Coverage : public ::testing::Environment {
 public:
  void TearDown() override {
    if (GTEST_FLAG_GET(filter) != "*") return;
    // Two codes may share a handler; one of them is enough then.
    std::unordered_set<uint64_t> words;
    for (size_t i = 0; i < interp::kCodeCount; ++i) {
      if (!seen_codes()[i]) continue;
      words.insert(interp::handlers(false).word[i]);
      words.insert(interp::handlers(true).word[i]);
    }
    std::string missing;
    unsigned count = 0;
    for (size_t i = 0; i < interp::kCodeCount; ++i) {
      const std::string_view name = interp::info(static_cast<Code>(i)).name;
      if (words.contains(interp::handlers(false).word[i]) ||
          words.contains(interp::handlers(true).word[i]))
        continue;
      if (excused(name)) continue;
      ++count;
      missing += "\n  " + std::string(name);
    }
    if (count != 0)
      ADD_FAILURE() << count << " of " << interp::kCodeCount
                    << " instructions were in no function that ran:" << missing;
  }
};

}  // namespace
}  // namespace weft::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  ::testing::AddGlobalTestEnvironment(new weft::testing::Coverage);
  return RUN_ALL_TESTS();
}
