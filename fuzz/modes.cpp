// The configurations that are compared with each other.
#include <array>

#include "observe.hpp"

namespace weft::fuzz {
namespace {

constexpr uint64_t kPlenty = uint64_t{1} << 50;

constexpr std::array<Mode, 7> kPlain = {{
    {.name = "guarded, unfused", .fused = false},
    {.name = "guarded"},
    {.name = "eager, epochs", .translation = 0, .epochs = true},
    {.name = "explicit checks, deferred validation", .guard_pages = false, .translation = 2},
    {.name = "no signals, unfused", .signals = false, .guard_pages = false, .fused = false},
    {.name = "no signals, eager", .signals = false, .guard_pages = false, .translation = 0},
    {.name = "gc zeal", .gc_zeal = 7},
}};

constexpr std::array<Mode, 5> kFuel = {{
    {.name = "fuel, unfused", .fused = false, .fuel = kPlenty},
    {.name = "fuel", .fuel = kPlenty},
    {.name = "fuel, no signals", .signals = false, .guard_pages = false, .fuel = kPlenty},
    {.name = "fuel, epochs", .epochs = true, .fuel = kPlenty},
    {.name = "fuel, gc zeal", .gc_zeal = 11, .fuel = kPlenty},
}};

constexpr std::array<Mode, 3> kScarce = {{
    {.name = "little fuel, unfused", .fused = false, .fuel = 300, .per_call = true},
    {.name = "little fuel, eager", .translation = 0, .fuel = 300, .per_call = true},
    {.name = "little fuel, no signals",
     .signals = false,
     .guard_pages = false,
     .fuel = 300,
     .per_call = true},
}};

constexpr std::array<Mode, 7> kTotals = {{
    {.name = "fuel, unfused", .fused = false, .fuel = kPlenty, .rounds = 2},
    {.name = "fuel", .fuel = kPlenty, .rounds = 2},
    {.name = "fuel, eager", .translation = 0, .fuel = kPlenty, .rounds = 2},
    {.name = "fuel, deferred validation", .translation = 2, .fuel = kPlenty, .rounds = 2},
    {.name = "fuel, explicit checks", .guard_pages = false, .fuel = kPlenty, .rounds = 2},
    {.name = "fuel, no signals, unfused",
     .signals = false,
     .guard_pages = false,
     .fused = false,
     .fuel = kPlenty,
     .rounds = 2},
    {.name = "fuel, epochs, eager", .translation = 0, .epochs = true, .fuel = kPlenty, .rounds = 2},
}};

constexpr std::array<Mode, 3> kLittle = {{
    {.name = "little fuel, unfused", .fused = false, .fuel = 300, .per_call = true, .rounds = 2},
    {.name = "little fuel, epochs", .epochs = true, .fuel = 300, .per_call = true, .rounds = 2},
    {.name = "little fuel, no signals, eager",
     .signals = false,
     .guard_pages = false,
     .translation = 0,
     .fuel = 300,
     .per_call = true,
     .rounds = 2},
}};

constexpr uint64_t kBound = 20000;
constexpr std::array<Mode, 6> kBounded = {{
    {.name = "unfused", .fused = false, .fuel = kBound, .per_call = true},
    {.name = "guarded", .fuel = kBound, .per_call = true},
    {.name = "eager, epochs", .translation = 0, .epochs = true, .fuel = kBound, .per_call = true},
    {.name = "explicit checks", .guard_pages = false, .fuel = kBound, .per_call = true},
    {.name = "no signals, unfused",
     .signals = false,
     .guard_pages = false,
     .fused = false,
     .fuel = kBound,
     .per_call = true},
    {.name = "gc zeal, deferred validation",
     .translation = 2,
     .gc_zeal = 11,
     .fuel = kBound,
     .per_call = true},
}};

constexpr std::array<Group, 3> kGroups = {{
    {"configurations", kPlain},
    {"fuel", kFuel},
    {"little fuel", kScarce},
}};
constexpr std::array<Group, 2> kFuelGroups = {{{"fuel", kTotals}, {"little fuel", kLittle}}};
constexpr std::array<Group, 1> kBoundedGroups = {{{"bounded", kBounded}}};

}  // namespace

std::span<const Group> groups() { return kGroups; }
std::span<const Group> fuel_groups() { return kFuelGroups; }
std::span<const Group> bounded_groups() { return kBoundedGroups; }

}  // namespace weft::fuzz
