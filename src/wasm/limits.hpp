// Implementation limits (core spec, appendix A.2). A module past one of them is refused with "limit
// exceeded". Each is either what the web embedding uses, so that a module that loads in browsers
// loads here, or larger where real programs need it. None of them bounds an allocation by itself:
// the decoder compares counts with the bytes left first.
#pragma once

#include <cstdint>

namespace weft::wasm::limits {

// Index spaces: a million each, as in the web embedding. Module records are a few words per entry,
// so the worst module costs tens of megabytes.
inline constexpr uint32_t kTypes = 1'000'000;
inline constexpr uint32_t kFunctions = 1'000'000;
inline constexpr uint32_t kImports = 1'000'000;
inline constexpr uint32_t kExports = 1'000'000;
inline constexpr uint32_t kGlobals = 1'000'000;
inline constexpr uint32_t kTags = 1'000'000;

// The web embedding allows 100,000 of each. A compiler that emits one passive segment per array
// literal (GC languages) passes that, and nothing here scales worse than linearly in them.
inline constexpr uint32_t kDataSegments = 1'000'000;
inline constexpr uint32_t kElemSegments = 1'000'000;

// Every memory of an instance may reserve gigabytes of address space; the store's own limit
// (resource limiter) is what stops a hostile module, this one keeps per-instance tables small.
inline constexpr uint32_t kMemories = 10'000;
inline constexpr uint32_t kTables = 100'000;

// The byte size of a whole module: offsets inside it are 32 bits wide everywhere.
inline constexpr uint64_t kModuleBytes = (uint64_t{1} << 32) - 1;

// The web embedding's 7,654,321 bytes refuse real compilers: generated dispatch functions of 10 MB
// and more exist. Code offsets inside a function are 32 bits; 128 MiB leaves room for every tier's
// expansion of the body.
inline constexpr uint32_t kFunctionBytes = 128u << 20;

// Locals of one function, parameters included (web embedding: 50,000). Locals are declared in
// compressed form, so without a limit six bytes of input could ask for gigabytes of frame.
inline constexpr uint32_t kLocals = 50'000;

// Parameters and results of a function or block type (web embedding: 1,000 each).
inline constexpr uint32_t kParams = 1'000;
inline constexpr uint32_t kResults = 1'000;

// Labels of a br_table (web embedding: 65,520). Decoders of generated state machines have more;
// each label takes at least one byte of the body.
inline constexpr uint32_t kBrTableLabels = 1u << 20;

// Catch clauses of a try_table: at least two bytes of the body each.
inline constexpr uint32_t kCatchClauses = 100'000;

// Struct fields, and operands of array.new_fixed, which all sit on the operand stack (as on the
// web).
inline constexpr uint32_t kStructFields = 10'000;
inline constexpr uint32_t kArrayNewFixedOperands = 10'000;

// Depth of a subtype chain (as on the web): casts look at a display of this many ancestors.
inline constexpr uint32_t kSubtypingDepth = 63;

// Members of one recursion group (as on the web): canonicalising compares whole groups.
inline constexpr uint32_t kRecGroupTypes = 1'000'000;

// Nesting of blocks is bounded only by the body's size: the walker keeps its control stack on the
// heap, and no part of Weft recurses over nested blocks of binary code.

// Bytes of a name (import, export, name section entry), as on the web: 100,000.
inline constexpr uint32_t kNameBytes = 100'000;

// Memories: what the address type can express (spec 2.3.11). Page counts for pages of 64 KiB; with
// pages of one byte the limit is the address space itself.
inline constexpr uint64_t kMemory32Bytes = uint64_t{1} << 32;
inline constexpr uint64_t kMemory32Pages = uint64_t{1} << 16;
inline constexpr uint64_t kMemory64Pages = uint64_t{1} << 48;
inline constexpr uint32_t kPageBytesLog2 = 16;

// What we can ever give a 64-bit memory: the user half of a 47-bit address space, less what the
// process needs. Declared maxima above it are legal; growth past it fails with -1.
inline constexpr uint64_t kMemory64ReservableBytes = uint64_t{1} << 46;

// Tables may declare everything their address type can express...
inline constexpr uint64_t kTable32Elements = (uint64_t{1} << 32) - 1;
inline constexpr uint64_t kTable64Elements = ~uint64_t{0};
// ...but hold at most this many elements (web embedding: 10,000,000). Past it table.grow gives -1
// and instantiation fails with "out of memory".
inline constexpr uint64_t kTableAllocatedElements = uint64_t{1} << 27;

}  // namespace weft::wasm::limits
